/** Log text in chunks → the newest lines. Pure. */
export interface LogLine {
  /** Counts lines since the stream began; stays with the line. */
  readonly number: number
  readonly text: string
}

export interface LogBuffer {
  readonly lines: readonly LogLine[]
  /** The unfinished last line. */
  readonly rest: string
  /** Lines that made room for newer ones. */
  readonly dropped: number
}

/** At the limit the oldest lines leave, and the page says how many. */
export const LOG_LINES_MAX = 2_000
/** A longer line is cut: one line must not hold the page's memory. */
export const LOG_LINE_LENGTH_MAX = 4_096

export const EMPTY_LOG: LogBuffer = { lines: [], rest: '', dropped: 0 }

export function appendLog(buffer: LogBuffer, chunk: string): LogBuffer {
  const parts = (buffer.rest + chunk).split('\n')
  const rest = (parts.pop() ?? '').slice(0, LOG_LINE_LENGTH_MAX)
  if (parts.length === 0) return { ...buffer, rest }
  const next = (buffer.lines.at(-1)?.number ?? 0) + 1
  const added = parts.map((text, index) => ({
    number: next + index,
    text: text.slice(0, LOG_LINE_LENGTH_MAX),
  }))
  const all = [...buffer.lines, ...added]
  const excess = Math.max(0, all.length - LOG_LINES_MAX)
  return { lines: all.slice(excess), rest, dropped: buffer.dropped + excess }
}

/** Lines that contain the text, ignoring case. */
export function searchLog(lines: readonly LogLine[], text: string): readonly LogLine[] {
  const needle = text.trim().toLowerCase()
  return needle === '' ? lines : lines.filter((line) => line.text.toLowerCase().includes(needle))
}
