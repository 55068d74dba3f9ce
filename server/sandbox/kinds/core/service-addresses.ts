/** Cluster-wide values of a Service on create: its virtual IP, IP family fields and node ports. */
import type { JsonObject } from '@/lib/shared/json'
import { numberAt, objectAt, objectsAt, setDefault, stringAt, stringsAt } from './json-access'
import { copyOf, ensureObject } from './kind-helpers'

/** First address and prefix length of the Service network; kubeadm's default. */
export const SERVICE_NETWORK = { first: 0x0a_60_00_00, prefix: 12, text: '10.96.0.0/12' } as const

const HOST_COUNT = 2 ** (32 - SERVICE_NETWORK.prefix)
/** Kept for fixed addresses, among them 10.96.0.1 (`kubernetes`) and 10.96.0.10 (cluster DNS). */
const STATIC_BAND = 256
const NODE_PORT_FIRST = 30_000
const NODE_PORT_COUNT = 2_768
const PROBES_MAX = 65_536

type IsTaken = (field: string, value: string) => boolean

/**
 * The Service with `clusterIP`, `clusterIPs`, `ipFamilies`, `ipFamilyPolicy` and node ports filled in.
 * The search starts at a hash of namespace and name, so a Service recreated under its name
 * usually gets its address back. A value stays empty when 65,536 candidates are all taken.
 */
export function allocateService(object: JsonObject, isTaken: IsTaken): JsonObject {
  const service = copyOf(object)
  const spec = ensureObject(service, 'spec')
  if (stringAt(spec, 'type') === 'ExternalName') return service
  const metadata = objectAt(service, 'metadata')
  const seed = hash(`${stringAt(metadata, 'namespace')}/${stringAt(metadata, 'name')}`)
  const given = stringAt(spec, 'clusterIP') || stringsAt(spec, 'clusterIPs')[0]
  const address = given ?? findAddress(seed, isTaken)
  if (address !== undefined) {
    spec['clusterIP'] = address
    setDefault(spec, 'clusterIPs', [address])
  }
  const isHeadlessWithoutSelector =
    address === 'None' && Object.keys(objectAt(spec, 'selector') ?? {}).length === 0
  setDefault(spec, 'ipFamilies', isHeadlessWithoutSelector ? ['IPv4', 'IPv6'] : ['IPv4'])
  setDefault(spec, 'ipFamilyPolicy', isHeadlessWithoutSelector ? 'RequireDualStack' : 'SingleStack')
  allocateNodePorts(spec, seed, isTaken)
  return service
}

function allocateNodePorts(spec: JsonObject, seed: number, isTaken: IsTaken): void {
  const type = stringAt(spec, 'type')
  const wantsPorts =
    type === 'NodePort' ||
    (type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false)
  if (!wantsPorts) return
  const own = new Set<number>()
  for (const [index, port] of objectsAt(spec, 'ports').entries()) {
    if ((numberAt(port, 'nodePort') ?? 0) !== 0) continue
    for (let probe = 0; probe < NODE_PORT_COUNT; probe += 1) {
      const candidate = NODE_PORT_FIRST + ((seed + index + probe) % NODE_PORT_COUNT)
      if (own.has(candidate) || isTaken('spec.ports.nodePort', `${candidate}`)) continue
      own.add(candidate)
      port['nodePort'] = candidate
      break
    }
  }
}

function findAddress(seed: number, isTaken: IsTaken): string | undefined {
  // The last address of the network is its broadcast address.
  const span = HOST_COUNT - STATIC_BAND - 1
  for (let probe = 0; probe < PROBES_MAX; probe += 1) {
    const offset = STATIC_BAND + ((seed + probe) % span)
    const address = formatAddress(SERVICE_NETWORK.first + offset)
    if (!isTaken('spec.clusterIP', address)) return address
  }
  return undefined
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.')
}

/** Whether a dotted address lies in the Service network, its first and last address excluded. */
export function isServiceAddress(address: string): boolean {
  const bytes = address.split('.').map(Number)
  if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255))) return false
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0)
  const offset = value - SERVICE_NETWORK.first
  return offset > 0 && offset < HOST_COUNT - 1
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0
  return value
}
