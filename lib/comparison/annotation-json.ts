/** Returns the object an annotation's JSON holds; null when it is not JSON, or no object. */
export function parseJsonObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isMap ? (value as Readonly<Record<string, unknown>>) : null
  } catch {
    return null
  }
}

/** Epoch milliseconds of an RFC 3339 time; null for anything else, a date without a time included. */
export function parseInstant(value: unknown): number | null {
  if (typeof value !== 'string') return null
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i.test(value)) return null
  const time = Date.parse(value)
  return Number.isNaN(time) ? null : time
}
