const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/**
 * Milliseconds of a Gateway API duration such as `1h30m`, `500ms` or `0s`; null when it is not one.
 * https://gateway-api.sigs.k8s.io/geps/gep-2257/
 */
export function parseDuration(text: string): number | null {
  if (!/^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(text)) return null
  let total = 0
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(ms|h|m|s)/g)) {
    if (unit === 'h' || unit === 'm' || unit === 's' || unit === 'ms') {
      total += Number(amount) * UNIT_MS[unit]
    }
  }
  return total
}
