import { Component, type ReactNode } from "react";

/** What is shown when drawing the page fails: never nothing. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown; failed: boolean }> {
  override state = { error: null, failed: false };

  static getDerivedStateFromError(error: unknown) {
    return { error, failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    const error: unknown = this.state.error;
    return (
      <main className="banner bad" role="alert" data-testid="page-failed">
        <div>
          <p>
            <b>This page could not be drawn:</b> {error instanceof Error ? error.message : String(error)}
          </p>
          <p>
            Records of runs are kept in this browser. <a href={location.pathname}>Start with the example</a>,
            or change the part of the address behind #.
          </p>
        </div>
      </main>
    );
  }
}
