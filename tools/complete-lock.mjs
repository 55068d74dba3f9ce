/**
 * Completes package-lock.json after a dependency change: `node tools/complete-lock.mjs`.
 *
 * npm leaves optional packages for other platforms out of the lock when its registry does not carry them, and
 * `npm ci` then refuses that lock. This adds an entry by version, with os and cpu read off the package's name.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const OPERATING_SYSTEMS = {
  linux: 'linux',
  linuxmusl: 'linux',
  darwin: 'darwin',
  fsevents: 'darwin',
  win32: 'win32',
  windows: 'win32',
  android: 'android',
  freebsd: 'freebsd',
  openbsd: 'openbsd',
  netbsd: 'netbsd',
  sunos: 'sunos',
  aix: 'aix',
  openharmony: 'openharmony',
}
const PROCESSORS = new Set(
  'x64 arm64 arm ia32 ppc64 s390x riscv64 loong64 mips64el wasm32'.split(' '),
)

const file = process.argv[2] ?? 'package-lock.json'
const lock = JSON.parse(readFileSync(file, 'utf8'))
const packages = lock.packages

/** Whether node's lookup from `from` upwards finds `name` in the lock. */
function isLocked(from, name) {
  for (let directory = from; ; ) {
    if (packages[`${directory ? `${directory}/` : ''}node_modules/${name}`]?.version) return true
    if (directory === '') return false
    const parent = directory.lastIndexOf('node_modules/')
    directory = parent <= 0 ? '' : directory.slice(0, parent).replace(/\/$/, '')
  }
}

function entryFor(name, specifier, isDevelopment) {
  const version = specifier.match(/\d+\.\d+\.\d+\S*/)?.[0]
  if (!version) return undefined
  const words = name.split(/[-/]/)
  const system = words.map((word) => OPERATING_SYSTEMS[word]).find(Boolean)
  const processor = words
    .map((word) => (word === 'arm64ec' ? 'arm64' : word))
    .filter((word) => PROCESSORS.has(word))
    .at(-1)
  return {
    version,
    ...(processor && { cpu: [processor] }),
    ...(isDevelopment && { dev: true }),
    optional: true,
    ...(system && { os: [system] }),
    ...(name.includes('musl') && { libc: ['musl'] }),
  }
}

let added = 0
for (const [path, entry] of Object.entries(packages)) {
  for (const [name, specifier] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(path, name)) continue
    const completed = entryFor(name, specifier, entry.dev)
    if (!completed) continue
    const top = `node_modules/${name}`
    packages[packages[top] ? `${path}/${top}` : top] = completed
    added += 1
  }
}
lock.packages = Object.fromEntries(
  Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)),
)
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${added} entries added to ${file}`)
