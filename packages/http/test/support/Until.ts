/** Waits for a condition without a limit: a machine may be slow, and the test's own timeout ends a hang. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!await condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}
