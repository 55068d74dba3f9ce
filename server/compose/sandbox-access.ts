/**
 * How kubectl and every plane get into the sandbox: a token, a certificate and a kubeconfig, readable by their owner
 * alone.
 */

import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { SANDBOX_CONTEXT } from '@/lib/dashboard-api/live'
import { parseTokenFile } from '../sandbox/access/token-file'
import { createCertificate, isUsable, type ServerCertificate } from '../sandbox/http/certificate'
import { SandboxStartError } from '../sandbox/http/sandbox-server'
import type { StaticToken } from '../sandbox/requests/service-account-tokens'

const PRIVATE = 0o600

/** The token of the last start, or a new one. Throws the file system's error. */
export function readOrCreateToken(dataDirectory: string): string {
  const path = join(dataDirectory, 'token')
  if (existsSync(path)) {
    const known = readFileSync(path, 'utf8').trim()
    if (known !== '') return known
  }
  const token = randomBytes(24).toString('base64url')
  writePrivate(path, `${token}\n`)
  return token
}

/**
 * The tokens that a person has put into `<data directory>/tokens.csv`; none without that file. Throws the file system's error, or
 * a SandboxStartError that names the line that cannot be read.
 */
export function readPeople(dataDirectory: string): readonly StaticToken[] {
  const path = join(dataDirectory, 'tokens.csv')
  if (!existsSync(path)) return []
  const read = parseTokenFile(readFileSync(path, 'utf8'))
  if (read.ok) return read.tokens
  throw new SandboxStartError(`The sandbox cluster cannot start: ${path}, ${read.message}`)
}

/** The certificate of the last start while it is valid, or a new one. Throws the file system's error. */
export async function readOrCreateCertificate(
  dataDirectory: string,
  now: number,
): Promise<ServerCertificate> {
  const keyPath = join(dataDirectory, 'tls.key')
  const certPath = join(dataDirectory, 'tls.crt')
  if (existsSync(keyPath) && existsSync(certPath)) {
    const known = { key: readFileSync(keyPath, 'utf8'), cert: readFileSync(certPath, 'utf8') }
    if (isUsable(known, now)) return known
  }
  const certificate = await createCertificate(now)
  writePrivate(keyPath, certificate.key)
  writePrivate(certPath, certificate.cert)
  return certificate
}

export interface SandboxAccess {
  readonly server: string
  readonly token: string
  /** PEM. */
  readonly certificate: string
}

/** Writes `<data directory>/kubeconfig` whole or not at all, and returns its path. */
export function writeKubeconfig(dataDirectory: string, access: SandboxAccess): string {
  const path = join(dataDirectory, 'kubeconfig')
  const { server, token, certificate } = access
  const authority = Buffer.from(certificate).toString('base64')
  const cluster = { server, 'certificate-authority-data': authority }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': SANDBOX_CONTEXT,
    clusters: [{ name: SANDBOX_CONTEXT, cluster }],
    users: [{ name: SANDBOX_CONTEXT, user: { token } }],
    contexts: [
      {
        name: SANDBOX_CONTEXT,
        context: { cluster: SANDBOX_CONTEXT, user: SANDBOX_CONTEXT, namespace: 'default' },
      },
    ],
  }
  writePrivate(path, stringify(config))
  return path
}

/** The port the last kubeconfig named, so that terminals with it set go on working; 0 when there is none. */
export function lastPort(dataDirectory: string): number {
  const path = join(dataDirectory, 'kubeconfig')
  if (!existsSync(path)) return 0
  return Number(readFileSync(path, 'utf8').match(/server: https:\/\/127\.0\.0\.1:(\d+)/)?.[1] ?? 0)
}

function writePrivate(path: string, text: string): void {
  const draft = `${path}.new`
  writeFileSync(draft, text, { mode: PRIVATE })
  renameSync(draft, path)
}
