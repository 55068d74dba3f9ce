/**
 * One-time links into a dashboard of one person, as Jupyter prints them: whoever can read the data directory, and nobody
 * else on the machine, gets in. A link works once; the next one is written in its place.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { equalSecrets } from '../../plane-http/plane-secret'

const FILE = 'login-url'
const SECRET_BYTES = 24
export const LOGIN_PATH = '/login'

export class LoginLinks {
  /** Where the link that works now stands. */
  readonly path: string
  readonly #directory: string
  readonly #base: string
  #secret: string

  /** Writes the first link. `base` is the dashboard's address without a path. Throws the system's error. */
  constructor(directory: string, base: string) {
    this.#directory = directory
    this.#base = base
    this.path = join(directory, FILE)
    this.#secret = this.#renew()
  }

  get url(): string {
    return `${this.#base}${LOGIN_PATH}?secret=${this.#secret}`
  }

  /** Whether this is the secret of the link that works now, which is then replaced. */
  spend(secret: string): boolean {
    if (!equalSecrets(secret, this.#secret)) return false
    this.#secret = this.#renew()
    return true
  }

  #renew(): string {
    this.#secret = randomBytes(SECRET_BYTES).toString('base64url')
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    writeFileSync(`${this.path}.new`, `${this.url}\n`, { mode: 0o600 })
    renameSync(`${this.path}.new`, this.path)
    return this.#secret
  }
}
