/** Assigns keys to partitions. For a given number of partitions a key is always in the same one: stored checkpoints rely on it. */

/**
 * The partition of a key, of this number of partitions: FNV-1a over UTF-16 code units, mixed as in MurmurHash3 so that its low bits
 * vary.
 */
export const key = (key: string, partitions: number): number => {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) % partitions
}
