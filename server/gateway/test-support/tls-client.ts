import { X509Certificate } from 'node:crypto'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import type { ListenerEntry } from '@/lib/routing/route-table'
import { createCertificate } from '../../compose/certificate'
import { listener } from './route-tables'
import { eventually } from './test-gateway'

type Certificate = NonNullable<ListenerEntry['certificates']>[number]

/** A new certificate with its key, and the fingerprint a client will see. */
export async function makeCertificate(): Promise<Certificate & { readonly fingerprint: string }> {
  const { cert, key } = await createCertificate(Date.now())
  const { fingerprint256 } = new X509Certificate(cert)
  return { certificate: cert, privateKey: key, fingerprint: fingerprint256 }
}

/** An HTTPS listener. */
export function secureListener(
  port: number,
  name: string,
  hostname: string,
  { certificate, privateKey }: Certificate,
): ListenerEntry {
  const certificates = [{ certificate, privateKey }]
  return listener(port, { name, hostname, protocol: 'HTTPS', certificates })
}

/** A TLS client of bytes, which trusts everybody. */
export interface TlsClient {
  readonly socket: TLSSocket
  readonly fingerprint: string
  readonly received: string
  readonly isClosed: boolean
  send(text: string): void
  /** Resolves with everything received once that ends like this. */
  until(end: string): Promise<string>
}

/** Resolves after the handshake; rejects with the alert when it fails. Without `servername` no name is sent. */
export async function connectTls(
  target: { readonly address: string; readonly port: number },
  servername: string,
  options: ConnectionOptions = {},
): Promise<TlsClient> {
  const { address: host, port } = target
  const socket = connect({ host, port, servername, rejectUnauthorized: false, ...options })
  let received = ''
  let isClosed = false
  socket.on('data', (bytes: Buffer) => {
    received += bytes.toString('latin1')
  })
  socket.on('close', () => {
    isClosed = true
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve)
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed during the handshake')))
  })
  socket.on('error', () => undefined)
  return {
    socket,
    fingerprint: socket.getPeerCertificate().fingerprint256,
    get received() {
      return received
    },
    get isClosed() {
      return isClosed
    },
    send(text) {
      socket.write(text, 'latin1')
    },
    async until(end) {
      await eventually(`${end}, after ${received.slice(-300)}`, () => received.endsWith(end))
      return received
    },
  }
}
