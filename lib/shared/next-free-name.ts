/** Longest name that every kind of object may have: an RFC 1123 label. */
const NAME_LENGTH_MAX = 63

/** The name, or where it is taken the next of its numbers that is free: `backend-2`, `backend-3`; `web`, `web-2`. */
export function nextFreeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted
  const [, stem = wanted, number] = /^(.+)-(\d{1,9})$/.exec(wanted) ?? []
  const first = number === undefined ? 2 : Number(number) + 1
  // One more than there are names is free at the latest.
  for (let next = first; next <= first + taken.size; next++) {
    const end = `-${next}`
    const name = `${stem.slice(0, NAME_LENGTH_MAX - end.length)}${end}`
    if (!taken.has(name)) return name
  }
  return wanted
}
