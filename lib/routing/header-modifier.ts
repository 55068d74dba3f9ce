import type { HeaderModifier } from './route-table'

/** Header lines in order, names as received: `[name, value, name, value, …]`, as `rawHeaders` in Node. */
export type RawHeaders = readonly string[]

/**
 * Returns header lines after a modifier: `set` replaces every line of the name, `add` appends to what is there as a line of its
 * own, `remove` deletes. Names compare without case. The input is returned itself when there is nothing to do.
 * https://gateway-api.sigs.k8s.io/reference/spec/#httpheaderfilter
 */
export function applyHeaderModifier(
  headers: RawHeaders,
  modifier: HeaderModifier | undefined,
): RawHeaders {
  if (modifier === undefined) return headers
  const dropped = new Set(modifier.remove)
  for (const [name] of modifier.set) dropped.add(name.toLowerCase())
  const out: string[] = []
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? ''
    if (!dropped.has(name.toLowerCase())) out.push(name, headers[index + 1] ?? '')
  }
  for (const [name, value] of modifier.set) out.push(name, value)
  for (const [name, value] of modifier.add) out.push(name, value)
  return out
}
