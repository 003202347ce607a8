/** An assertion error made by hand, so that laws and specs need no test runner: runners show `actual` beside `expected`. */

export const mismatch = (message: string, sides: { readonly actual: unknown; readonly expected: unknown }): Error =>
  Object.assign(new Error(message), { name: "AssertionError", showDiff: true, ...sides })
