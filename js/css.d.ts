// How the build hands a style sheet over: as its text, minified.
declare module "*.css" {
  const text: string;
  export default text;
}
