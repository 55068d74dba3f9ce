/** One metric of the observer itself. */
export interface OwnMetric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly values: readonly { readonly labels: string; readonly value: number }[]
}

/** Returns Prometheus text. `labels` is written as it is: `outcome="ok"`. */
export function renderMetrics(metrics: readonly OwnMetric[]): string {
  return metrics
    .map(({ name, type, help, values }) => {
      const lines = values.map(
        ({ labels, value }) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`,
      )
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
    })
    .join('')
}

/** A metric with one value and no labels; `observer_` goes before its name. */
export function oneValue(
  name: string,
  type: OwnMetric['type'],
  help: string,
  value: number,
): OwnMetric {
  return { name: `observer_${name}`, type, help, values: [{ labels: '', value }] }
}
