/** Decides where each Gateway listens, by trying: on its own loopback address with its listeners' own ports if it may. */
import type { NamespacedName } from '@/lib/gateway-api/references'
import type {
  GatewayAcknowledgement,
  GatewayEntry,
  ListenerEntry,
  RouteTable,
} from '@/lib/routing/route-table'
import type { GatewayLimits } from '../bounds/limits'
import { SecureContexts } from '../client/certificates'
import type { Binding } from '../client/listener-server'
import { alternativePorts, loopbackAddresses } from './loopback-address'

type AcknowledgedGateway = GatewayAcknowledgement['gateways'][number]
type AcknowledgedListener = AcknowledgedGateway['listeners'][number]

/** Opens one socket everywhere; null when it is open, else the system's error code. */
export type Bind = (binding: Binding) => Promise<string | null>

/** Where one Gateway has been placed: its address, and the socket's port by listener port. */
interface Place {
  readonly address: string
  readonly ports: ReadonlyMap<number, number>
}

/** Gives every Gateway a loopback address and its listeners sockets there, the same ones from table to table. */
export class GatewayPlaces {
  private readonly places = new Map<NamespacedName, Place>()
  private readonly contexts = new SecureContexts()
  private readonly limits: GatewayLimits

  constructor(limits: GatewayLimits) {
    this.limits = limits
  }

  /** Places the Gateways of a table, keeping what is placed already. Returns the sockets in use and what to report. */
  async place(
    table: RouteTable,
    bind: Bind,
  ): Promise<{ bindings: readonly Binding[]; gateways: readonly AcknowledgedGateway[] }> {
    const bindings: Binding[] = []
    const gateways: AcknowledgedGateway[] = []
    const known = new Set(table.gateways.map((gateway) => gateway.key))
    for (const key of this.places.keys()) if (!known.has(key)) this.places.delete(key)
    this.contexts.retain(table.gateways.flatMap((gateway) => gateway.listeners))
    for (const gateway of table.gateways) {
      const place = await this.placeOne(gateway, bind)
      for (const [listenerPort, socketPort] of place?.ports ?? []) {
        bindings.push({
          gateway: gateway.key,
          listenerPort,
          address: place?.address ?? '',
          socketPort,
        })
      }
      gateways.push(acknowledge(gateway, place, this.contexts))
    }
    return { bindings, gateways }
  }

  private async placeOne(gateway: GatewayEntry, bind: Bind): Promise<Place | undefined> {
    const wanted = servedPorts(gateway)
    const current = this.places.get(gateway.key)
    const place =
      current === undefined
        ? await this.findPlace(gateway, wanted, bind)
        : await this.extend(gateway.key, current, wanted, bind)
    if (place === undefined) this.places.delete(gateway.key)
    else this.places.set(gateway.key, place)
    return place
  }

  /** The first address on which every port can be had; else other ports on the first address that exists. */
  private async findPlace(
    gateway: GatewayEntry,
    wanted: readonly number[],
    bind: Bind,
  ): Promise<Place | undefined> {
    if (wanted.length === 0) return undefined
    let fallback: string | undefined
    for (const address of candidateAddresses(gateway, this.limits.addressAttemptsMax)) {
      const codes: (string | null)[] = []
      for (const port of wanted) codes.push(await bind(bindingOf(gateway.key, address, port, port)))
      if (codes.every((code) => code === null)) {
        return { address, ports: new Map(wanted.map((port) => [port, port])) }
      }
      const exists = codes.every((code) => code !== 'EADDRNOTAVAIL' && code !== 'EINVAL')
      if (exists) fallback ??= address
      // Where a port is privileged it is so on every address.
      if (codes.includes('EACCES')) break
    }
    if (fallback === undefined) return undefined
    return this.extend(gateway.key, { address: fallback, ports: new Map() }, wanted, bind)
  }

  /** The place with exactly the wanted ports; those that can't be had are replaced by others, or left out. */
  private async extend(
    key: NamespacedName,
    { address, ports }: Place,
    wanted: readonly number[],
    bind: Bind,
  ): Promise<Place> {
    const next = new Map<number, number>()
    for (const port of wanted) {
      const kept = ports.get(port)
      const socketPort = kept ?? (await this.openPort(key, address, port, bind))
      if (socketPort !== undefined) next.set(port, socketPort)
    }
    return { address, ports: next }
  }

  private async openPort(
    key: NamespacedName,
    address: string,
    port: number,
    bind: Bind,
  ): Promise<number | undefined> {
    if ((await bind(bindingOf(key, address, port, port))) === null) return port
    for (const other of alternativePorts(port, this.limits.addressAttemptsMax)) {
      if ((await bind(bindingOf(key, address, port, other))) === null) return other
    }
    return undefined
  }
}

function bindingOf(
  gateway: string,
  address: string,
  listenerPort: number,
  socketPort: number,
): Binding {
  return { gateway, listenerPort, address, socketPort }
}

/** What was asked for, then the Gateway's own addresses, then the one address every system has. */
function* candidateAddresses(gateway: GatewayEntry, count: number): Generator<string> {
  const requested = gateway.requestedAddress?.replace(/:\d+$/, '')
  if (requested) yield requested
  yield* loopbackAddresses(gateway.key, count)
  yield '127.0.0.1'
}

function servedPorts({ listeners }: GatewayEntry): readonly number[] {
  return [...new Set(listeners.map((listener) => listener.port))]
}

function acknowledge(
  gateway: GatewayEntry,
  place: Place | undefined,
  contexts: SecureContexts,
): AcknowledgedGateway {
  const listeners = gateway.listeners.map((listener) =>
    acknowledgeListener(listener, place, contexts),
  )
  const bound = listeners.filter((listener) => listener.bound)
  const [first] = bound
  if (place === undefined || first === undefined)
    return { key: gateway.key, address: null, listeners }
  const moved = gateway.listeners.find((listener) => {
    const port = place.ports.get(listener.port)
    return port !== undefined && port !== listener.port
  })
  const address =
    moved === undefined
      ? { type: 'IPAddress', value: place.address }
      : {
          type: 'mirrorboard.dev/HostPort',
          value: `${place.address}:${place.ports.get(moved.port)}`,
        }
  return { key: gateway.key, address, listeners }
}

function acknowledgeListener(
  listener: ListenerEntry,
  place: Place | undefined,
  contexts: SecureContexts,
): AcknowledgedListener {
  const { name, port, protocol } = listener
  const problem = protocol === 'HTTPS' ? contexts.problemOf(listener) : ''
  if (problem !== '') {
    return { name, bound: false, port, message: problem, reason: 'InvalidCertificateRef' }
  }
  const socketPort = place?.ports.get(port)
  if (socketPort === undefined) {
    return { name, bound: false, port, message: `No address could be opened for port ${port}.` }
  }
  const message =
    socketPort === port
      ? ''
      : `Port ${port} may not be opened here; the listener is at ${place?.address}:${socketPort} instead.`
  return { name, bound: true, port: socketPort, message }
}
