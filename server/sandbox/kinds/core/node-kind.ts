import type { JsonObject } from '@/lib/shared/json'
import type { BuiltinKind } from '../../api/contracts'
import { coreDescription, coreSchema } from './core-schemas'
import { objectAt, objectsAt, stringAt } from './json-access'
import { copyOf, neverChangesGeneration, resourceKind } from './kind-helpers'
import { checkName, dns1123Subdomain } from './name-rules'
import { AGE_COLUMN, ageOf, column, NAME_COLUMN, nameOf } from './table-cells'

const ADDRESSES = coreDescription('V1NodeStatus', 'addresses')
const INFO = 'V1NodeSystemInfo'
const ROLE = 'node-role.kubernetes.io/'

/** v1 Node: read-only, because the one there is, is the sandbox itself. */
export const NODE_KIND: BuiltinKind = {
  resource: resourceKind('', 'Node', 'nodes', false),
  singular: 'node',
  shortNames: ['no'],
  categories: [],
  verbs: ['get', 'list', 'watch'],
  readOnlyReason: 'the one Node is the sandbox itself and is read-only',
  subresources: [],
  schema: coreSchema('V1Node'),
  applyDefaults: copyOf,
  validateCreate: (object) => checkName('metadata.name', nameOf(object), dns1123Subdomain),
  validateUpdate: () => [],
  changesGeneration: neverChangesGeneration,
  tracksGeneration: false,
  selectableFields: ['spec.unschedulable'],
  columns: [
    NAME_COLUMN,
    column('Status', 'string', 'The status of the node'),
    column('Roles', 'string', 'The roles of the node'),
    AGE_COLUMN,
    column('Version', 'string', coreDescription(INFO, 'kubeletVersion')),
    column('Internal-IP', 'string', ADDRESSES, 1),
    column('External-IP', 'string', ADDRESSES, 1),
    column('OS-Image', 'string', coreDescription(INFO, 'osImage'), 1),
    column('Kernel-Version', 'string', coreDescription(INFO, 'kernelVersion'), 1),
    column('Container-Runtime', 'string', coreDescription(INFO, 'containerRuntimeVersion'), 1),
  ],
  toCells: (object, now) => {
    const status = objectAt(object, 'status')
    const info = (key: string) => stringAt(objectAt(status, 'nodeInfo'), key)
    const address = (type: string) =>
      stringAt(
        objectsAt(status, 'addresses').find((entry) => entry['type'] === type),
        'address',
      )
    return [
      nameOf(object),
      readiness(status),
      rolesOf(object) || '<none>',
      ageOf(object, now),
      info('kubeletVersion'),
      address('InternalIP') || '<none>',
      address('ExternalIP') || '<none>',
      info('osImage') || '<unknown>',
      info('kernelVersion') || '<unknown>',
      info('containerRuntimeVersion') || '<unknown>',
    ]
  },
}

function readiness(status: JsonObject | undefined): string {
  const ready = objectsAt(status, 'conditions').find((condition) => condition['type'] === 'Ready')
  if (ready === undefined) return 'Unknown'
  return ready['status'] === 'True' ? 'Ready' : 'NotReady'
}

function rolesOf(node: JsonObject): string {
  const labels = Object.keys(objectAt(objectAt(node, 'metadata'), 'labels') ?? {})
  return labels
    .filter((label) => label.startsWith(ROLE) && label.length > ROLE.length)
    .map((label) => label.slice(ROLE.length))
    .sort()
    .join(',')
}
