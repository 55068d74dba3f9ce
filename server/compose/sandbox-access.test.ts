import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import {
  lastPort,
  readOrCreateCertificate,
  readOrCreateToken,
  readPeople,
  writeKubeconfig,
} from './sandbox-access'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'mirrorboard-access-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

const modeOf = (path: string) => statSync(path).mode & 0o777

it('keeps one token from start to start', () => {
  const directory = temporaryDirectory()
  const token = readOrCreateToken(directory)
  expect(token.length).toBeGreaterThanOrEqual(32)
  expect(readOrCreateToken(directory)).toBe(token)
})

it('reads the tokens of people, and names the file and the line that it cannot read', () => {
  const directory = temporaryDirectory()
  expect(readPeople(directory)).toEqual([])
  const path = join(directory, 'tokens.csv')
  writeFileSync(path, 'secret,ann,1,devs\n')
  expect(readPeople(directory)).toMatchObject([{ token: 'secret', user: { username: 'ann' } }])
  writeFileSync(path, 'secret\n')
  expect(() => readPeople(directory)).toThrow(`cannot start: ${path}, line 1 lacks a token`)
})

const DAY_MS = 24 * 60 * 60 * 1000
const NOW = Date.UTC(2030, 0, 1)

it('keeps one certificate while it is valid, and makes another in good time', async () => {
  const directory = temporaryDirectory()
  const first = await readOrCreateCertificate(directory, NOW)
  expect(await readOrCreateCertificate(directory, NOW + DAY_MS)).toEqual(first)
  const renewed = await readOrCreateCertificate(directory, NOW + 3640 * DAY_MS)
  expect(renewed.cert).not.toBe(first.cert)
})

it('lets nobody but the owner read the token, the key and the kubeconfig', async () => {
  const directory = temporaryDirectory()
  const { cert } = await readOrCreateCertificate(directory, NOW)
  const token = readOrCreateToken(directory)
  const path = writeKubeconfig(directory, {
    server: 'https://127.0.0.1:6000',
    token,
    certificate: cert,
  })
  expect(modeOf(path)).toBe(0o600)
  expect(modeOf(join(directory, 'tls.key'))).toBe(0o600)
  expect(modeOf(join(directory, 'token'))).toBe(0o600)
})

it('remembers the port of the last start', () => {
  const directory = temporaryDirectory()
  expect(lastPort(directory)).toBe(0)
  const path = writeKubeconfig(directory, {
    server: 'https://127.0.0.1:6123',
    token: 'secret',
    certificate: 'pem',
  })
  expect(lastPort(directory)).toBe(6123)
  expect(readFileSync(path, 'utf8')).toContain('current-context: mirrorboard-sandbox')
})
