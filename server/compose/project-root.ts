import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * The folder with package.json at or above `directory`: the same from source and from the bundle, whose files
 * lie at other depths. Throws when there is none.
 */
export function projectRoot(directory: string): string {
  for (let folder = directory; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) throw new Error(`No package.json at or above ${directory}.`)
  }
}
