/** Assertion errors without a test runner: runners show `actual` beside `expected`. */

/** An error that test runners report as a failed assertion. */
export const assertionError = (
  message: string,
  sides: { readonly actual: unknown; readonly expected: unknown }
): Error => Object.assign(new Error(message), { name: "AssertionError", showDiff: true, ...sides })
