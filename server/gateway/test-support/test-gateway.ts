import { connect, type Socket } from 'node:net'
import type {
  ClusterEntry,
  GatewayAcknowledgement,
  ListenerEntry,
  RouteEntry,
} from '@/lib/routing/route-table'
import type { Logger } from '../../log'
import type { GatewayLimits } from '../bounds/limits'
import { type GatewayPlane, startGateway } from '../start-gateway'
import { type ReadSample, readSamples } from './metrics-reader'
import { type Peer, startRawPeer } from './peers'
import { cluster, listener, table } from './route-tables'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

export interface TestGateway {
  readonly plane: GatewayPlane
  readonly address: string
  readonly port: number
  /** Serves these routes; clusters may be given as ports on 127.0.0.1. The listener is the one it started with. */
  serve(
    routes: readonly RouteEntry[],
    clusters: Readonly<Record<string, readonly number[] | ClusterEntry>>,
    listeners?: readonly ListenerEntry[],
  ): Promise<GatewayAcknowledgement>
  scrape(): Promise<readonly ReadSample[]>
  stop(): Promise<void>
}

/** A gateway in this process, with one listener on a port that was free a moment ago. */
export async function startTestGateway(
  limits: Partial<GatewayLimits> = {},
  logger: Logger = SILENT,
): Promise<TestGateway> {
  const plane = await startGateway({
    workers: 0,
    metrics: { host: '127.0.0.1', port: 0 },
    limits,
    logger,
  })
  const port = await freePort()
  const first = await plane.publish(
    table({ listeners: [listener(port)], routes: [], clusters: {} }),
  )
  const address = first.gateways[0]?.address?.value ?? ''
  return {
    plane,
    address,
    port,
    async serve(routes, clusters, listeners = [listener(port)]) {
      const entries = Object.entries(clusters).map(([key, ports]) => [
        key,
        'protocol' in ports ? ports : cluster(...ports),
      ])
      return plane.publish(table({ listeners, routes, clusters: Object.fromEntries(entries) }))
    },
    async scrape() {
      return readSamples(await (await fetch(plane.metricsUrl)).text())
    },
    stop: () => plane.stop(),
  }
}

export async function freePort(): Promise<number> {
  const peer: Peer = await startRawPeer(() => undefined)
  await peer.close()
  return peer.port
}

/** Resolves when `condition` is true; rejects with `what` when it has not become so in time. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const until = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > until) throw new Error(`Not in time: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** A client of bytes: what it wrote and what came back. */
export interface RawClient {
  readonly socket: Socket
  /** Everything received so far, as latin1. */
  readonly received: string
  readonly isClosed: boolean
  send(text: string | Buffer): void
  /** Resolves when what was received satisfies `test`. */
  until(test: (received: string) => boolean): Promise<string>
  closed(): Promise<string>
}

export async function connectRaw(address: string, port: number): Promise<RawClient> {
  const socket = connect({ host: address, port, noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve())
    socket.once('error', reject)
  })
  let received = ''
  let isClosed = false
  socket.on('data', (bytes: Buffer) => {
    received += bytes.toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
  })
  const client: RawClient = {
    socket,
    get received() {
      return received
    },
    get isClosed() {
      return isClosed
    },
    send(text) {
      socket.write(text)
    },
    async until(test) {
      await eventually(`bytes, after ${JSON.stringify(received.slice(-300))}`, () => test(received))
      return received
    },
    async closed() {
      await eventually('the connection closing', () => isClosed)
      return received
    },
  }
  return client
}
