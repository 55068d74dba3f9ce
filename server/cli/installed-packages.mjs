/** Whether the packages that package-lock.json asks for are there, whoever installed or copied them. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * True when every package locked for this platform stands in node_modules in its version and npm has finished there: it writes
 * its own record last, so an install that was interrupted has none. Reads each package's package.json.
 */
export function arePackagesInstalled(root, { platform, arch, libc } = thisMachine()) {
  const modules = join(root, 'node_modules')
  const record = readJson(join(modules, '.package-lock.json'))
  const lock = readJson(join(root, 'package-lock.json'))
  if (!record || !lock?.packages) return false
  return Object.entries(lock.packages).every(([path, locked]) => {
    if (path === '' || locked.link) return true
    const isForOthers =
      excludes(locked.os, platform) || excludes(locked.cpu, arch) || excludes(locked.libc, libc)
    if (isForOthers) return true
    const isThere = readJson(join(root, path, 'package.json'))?.version === locked.version
    // What is optional may have failed to install: then npm's record does not list it either.
    return isThere || (locked.optional === true && !record.packages?.[path])
  })
}

function thisMachine() {
  const { glibcVersionRuntime } = process.report.getReport().header
  const libc = process.platform !== 'linux' ? undefined : glibcVersionRuntime ? 'glibc' : 'musl'
  return { platform: process.platform, arch: process.arch, libc }
}

/** Lists of package.json's `os`, `cpu` and `libc`: what is allowed, or with `!` what is not. */
function excludes(list, value) {
  if (!Array.isArray(list) || value === undefined) return false
  const [refused, allowed] = [
    list.filter((entry) => entry.startsWith('!')),
    list.filter((entry) => !entry.startsWith('!')),
  ]
  return refused.includes(`!${value}`) || (allowed.length > 0 && !allowed.includes(value))
}

function readJson(file) {
  try {
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  } catch {
    return undefined
  }
}
