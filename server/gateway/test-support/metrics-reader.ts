import { GATEWAY_METRICS } from '@/lib/series/gateway-metrics'

export interface ReadSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The samples of a text exposition; throws on a line that is none. */
export function readSamples(text: string): readonly ReadSample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line)
      if (match === null) throw new Error(`Not a sample: ${line}`)
      const labels: Record<string, string> = {}
      for (const [, name = '', value = ''] of (match[2] ?? '').matchAll(/([a-z_]+)="([^"]*)"/g)) {
        labels[name] = value
      }
      return { name: match[1] ?? '', labels, value: Number(match[3]) }
    })
}

/** The sum of a metric's samples that carry these labels. */
export function total(
  samples: readonly ReadSample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) =>
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, sample) => sum + sample.value, 0)
}

/** Every accounting identity of the contract that does not hold; empty when all do. */
export function brokenIdentities(samples: readonly ReadSample[]): readonly string[] {
  const broken: string[] = []
  const check = (what: string, left: number, right: number) => {
    if (left !== right) broken.push(`${what}: ${left} is not ${right}`)
  }
  for (const { labels } of samples.filter(({ name }) => name === GATEWAY_METRICS.requests)) {
    check(
      `requests of rule ${labels['rule']}`,
      total(samples, GATEWAY_METRICS.requests, labels),
      total(samples, GATEWAY_METRICS.responses, labels) +
        total(samples, GATEWAY_METRICS.requestsInFlight, labels),
    )
    check(
      `durations of rule ${labels['rule']}`,
      total(samples, GATEWAY_METRICS.responses, labels),
      total(samples, `${GATEWAY_METRICS.requestDuration}_count`, labels),
    )
  }
  for (const { labels } of samples.filter(({ name }) => name === GATEWAY_METRICS.mirrorOffered)) {
    const mirror = `mirror ${labels['mirror']} ${labels['target']}`
    check(
      `offered to ${mirror}`,
      total(samples, GATEWAY_METRICS.mirrorOffered, labels),
      total(samples, GATEWAY_METRICS.mirrorRequests, labels),
    )
    check(
      `copies of ${mirror}`,
      total(samples, GATEWAY_METRICS.mirrorRequests, { ...labels, outcome: 'mirrored' }),
      total(samples, GATEWAY_METRICS.mirrorResponses, labels) +
        total(samples, GATEWAY_METRICS.mirrorInFlight, labels),
    )
  }
  return broken
}
