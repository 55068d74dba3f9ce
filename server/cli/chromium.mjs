/**
 * Finds a Chromium for the browser tests, or installs one: CHROMIUM_PATH, Playwright's own, the system's,
 * then the distribution's package (as root or with password-less sudo), then Playwright's download.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
  'microsoft-edge-stable',
]
const MAC_APPLICATIONS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** A browser that exists may still miss libraries, or be a stub that only points at another package. */
function runs(path) {
  try {
    const options = { encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'ignore'] }
    return /\d+\.\d+/.test(execFileSync(path, ['--version'], options))
  } catch {
    return false
  }
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const onPath = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isExecutable)

/** Path of a Chromium that runs, or undefined. Throws when CHROMIUM_PATH names one that does not. */
export async function findChromium() {
  const chosen = process.env.CHROMIUM_PATH
  if (chosen) {
    if (!runs(chosen)) throw new Error(`CHROMIUM_PATH=${chosen} does not run. Correct or unset it.`)
    return chosen
  }
  const { chromium } = await import('@playwright/test')
  const candidates = [chromium.executablePath(), ...NAMES.map(onPath), ...MAC_APPLICATIONS]
  return candidates.find((path) => path && existsSync(path) && runs(path))
}

function installWithApt() {
  const apt = onPath('apt-get')
  if (!apt) return
  const isRoot = process.getuid?.() === 0
  const hasSudo = () => onPath('sudo') && spawnSync('sudo', ['-n', 'true']).status === 0
  if (!isRoot && !hasSudo()) return
  console.log('No browser found: installing the distribution’s chromium with apt-get …')
  const aptGet = (...args) => {
    const command = [
      ...(isRoot ? [] : ['sudo', '-n']),
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      '-o',
      'DPkg::Lock::Timeout=300',
      ...args,
    ]
    return (
      spawnSync(command[0], command.slice(1), { stdio: ['ignore', 'ignore', 'inherit'] }).status ===
      0
    )
  }
  const install = () => aptGet('install', '-y', '--no-install-recommends', 'chromium')
  if (!install()) aptGet('update') && install()
}

/** Path of a Chromium that runs, installing one when there is none. Throws with what to do when that fails. */
export async function ensureChromium() {
  const found = await findChromium()
  if (found) return found
  installWithApt()
  const installed = await findChromium()
  if (installed) return installed
  console.log('Trying Playwright’s own browser download …')
  const cli = 'node_modules/@playwright/test/cli.js'
  const dependencies = process.getuid?.() === 0 ? ['--with-deps'] : []
  spawnSync(process.execPath, [cli, 'install', ...dependencies, 'chromium'], {
    stdio: 'inherit',
    timeout: 300_000,
  })
  const downloaded = await findChromium()
  if (downloaded) return downloaded
  throw new Error(
    'No Chromium. Install one (apt-get install chromium, brew install --cask chromium) or set CHROMIUM_PATH.',
  )
}
