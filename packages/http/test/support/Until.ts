/** Waits for a condition as long as it takes: a machine may be slow, and the test has a limit for what hangs. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}
