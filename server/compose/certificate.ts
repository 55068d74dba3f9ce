/** The API server's own certificate: kubectl sends a token over TLS only. */
import { randomBytes, webcrypto, X509Certificate } from 'node:crypto'

/** PEM texts. */
export interface ServerCertificate {
  readonly key: string
  readonly cert: string
}

const VALID_DAYS = 3650
/** A certificate this near its end is made anew at the next start. */
const RENEW_DAYS = 30
const DAY_MS = 24 * 60 * 60 * 1000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A new self-signed certificate for this machine's loopback names; `now` in epoch milliseconds. */
export async function createCertificate(now: number): Promise<ServerCertificate> {
  // Loaded only here: they are needed once in a data directory's life. The second needs the first.
  await import('reflect-metadata')
  const x509 = await import('@peculiar/x509')
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const names = [
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
    { type: 'dns', value: 'localhost' },
  ] as const
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    name: 'CN=mirrorboard-sandbox',
    // A clock set back a little must not make it invalid.
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + VALID_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.SubjectAlternativeNameExtension([...names]),
    ],
  })
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)
  return { key: toPem('PRIVATE KEY', pkcs8), cert: certificate.toString('pem') }
}

function toPem(label: string, bytes: ArrayBuffer): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Whether a stored certificate can still be used at `now`, and matches its key. */
export function isUsable(certificate: ServerCertificate, now: number): boolean {
  try {
    const { validFrom, validTo } = new X509Certificate(certificate.cert)
    return Date.parse(validFrom) <= now && now + RENEW_DAYS * DAY_MS < Date.parse(validTo)
  } catch {
    return false
  }
}
