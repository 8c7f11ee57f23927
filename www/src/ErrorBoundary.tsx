import { Component, type ReactNode } from "react";

/** Shows the error when drawing the page fails: the page is never empty. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown; failed: boolean }> {
  override state = { error: null, failed: false };

  static getDerivedStateFromError(error: unknown) {
    return { error, failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    const error: unknown = this.state.error;
    return (
      <main>
        <div className="banner bad" role="alert" data-testid="page-failed">
          <div>
            <h1>This page could not be drawn</h1>
            <p>{error instanceof Error ? error.message : String(error)}</p>
            <p>
              Records of runs are kept in this browser. <a href={location.pathname}>Start with the example</a>
              , or change the part of the address behind #.
            </p>
          </div>
        </div>
      </main>
    );
  }
}
