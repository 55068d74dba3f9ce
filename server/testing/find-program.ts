/** A program some tests run against the real thing of. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Returns the path a variable names, or of the program on PATH; null where there is none. */
export function findProgram(variable: string, name: string): string | null {
  const named = process.env[variable]
  const places = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name))
  return [...(named ? [named] : []), ...places].find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
