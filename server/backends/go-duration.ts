const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** Milliseconds of a Go duration such as `1.5s` or `1m30s`; undefined when it is not one. https://pkg.go.dev/time#ParseDuration */
export function parseGoDuration(text: string): number | undefined {
  const unsigned = text.replace(/^[-+]/, '')
  if (unsigned === '0') return 0
  if (!/^((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+$/.test(unsigned)) return undefined
  let total = 0
  for (const [, value, unit] of unsigned.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(value) * (UNIT_MS[unit ?? ''] ?? 0)
  }
  return text.startsWith('-') ? -total : total
}
