/** A chart's numbers as a file. Pure. */
import type { ChartRow } from './series-rows'

interface Named {
  readonly key: string
  readonly label: string
}

/** Comma-separated values, RFC 4180: times in UTC, values as they are, an unknown one empty. */
export function toCsv(rows: readonly ChartRow[], series: readonly Named[]): string {
  const lines = [
    ['time', ...series.map(({ label }) => label)],
    ...rows.map(({ t, values }) => [
      new Date(t).toISOString(),
      ...series.map(({ key }) => String(values[key] ?? '')),
    ]),
  ]
  return lines.map((fields) => `${fields.map(quote).join(',')}\r\n`).join('')
}

function quote(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}

/** `requests-per-second.csv` from a chart's title. */
export function fileName(title: string, extension: string): string {
  const name = title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return `${name.replaceAll(/^-|-$/g, '') || 'chart'}.${extension}`
}
