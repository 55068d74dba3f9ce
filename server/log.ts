/** One JSON line per event on standard error; nothing here ever takes a header value or a body. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
export type LogFields = Record<string, string | number | boolean | null | undefined>

export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** A logger for one plane. Lines below `MIRRORBOARD_LOG_LEVEL` (default `warn`) are not written. */
export function createLogger(
  plane: string,
  write: (line: string) => void = writeToStandardError,
): Logger {
  const configured = process.env['MIRRORBOARD_LOG_LEVEL'] as LogLevel | undefined
  const least = ORDER[configured ?? 'warn'] ?? ORDER.warn
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (ORDER[level] < least) return
      write(
        `${JSON.stringify({ time: new Date().toISOString(), level, plane, message, ...fields })}\n`,
      )
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

function writeToStandardError(line: string): void {
  process.stderr.write(line)
}
