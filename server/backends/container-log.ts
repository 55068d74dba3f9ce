/** The standard output of one container: the newest lines, and who follows them. */
import { Listeners } from '@/lib/shared/listeners'
import { LOG_FOLLOWERS_MAX, LOG_LINE_CHARACTERS_MAX, LOG_LINES_MAX } from './limits'

export interface LogLine {
  /** Epoch milliseconds. */
  readonly time: number
  readonly text: string
}

export interface ContainerLog {
  write(text: string): void
  /** Oldest first. */
  lines(): readonly LogLine[]
  /** Returns what ends it; undefined when there are `LOG_FOLLOWERS_MAX` already. */
  follow(onLine: (line: LogLine) => void): (() => void) | undefined
}

/** A log of at most `LOG_LINES_MAX` lines; `now` in epoch milliseconds. */
export function createContainerLog(now: () => number): ContainerLog {
  const ring: LogLine[] = []
  const followers = new Listeners<[LogLine]>()
  let oldest = 0
  return {
    write(text) {
      const kept =
        text.length > LOG_LINE_CHARACTERS_MAX ? text.slice(0, LOG_LINE_CHARACTERS_MAX) : text
      const line = { time: now(), text: kept }
      if (ring.length < LOG_LINES_MAX) {
        ring.push(line)
      } else {
        ring[oldest] = line
        oldest = (oldest + 1) % LOG_LINES_MAX
      }
      followers.tell(line)
    },
    lines: () => [...ring.slice(oldest), ...ring.slice(0, oldest)],
    follow: (onLine) => (followers.size >= LOG_FOLLOWERS_MAX ? undefined : followers.add(onLine)),
  }
}
