/** The Accept header → what the answer looks like. https://kubernetes.io/docs/reference/using-api/api-concepts/#alternate-representations-of-resources */
export interface Representation {
  readonly format: 'json' | 'yaml'
  /** `Table` or `PartialObjectMetadata(List)` instead of the object itself. */
  readonly as: 'Table' | 'PartialObjectMetadata' | undefined
  /** Whether the metadata of a list was asked for. */
  readonly isList: boolean
  /** apiVersion of the alternate representation. */
  readonly asVersion: string
  readonly isAggregatedDiscovery: boolean
}

/** The object itself, as JSON. */
export const JSON_OBJECT: Representation = {
  format: 'json',
  as: undefined,
  isList: false,
  asVersion: '',
  isAggregatedDiscovery: false,
}

/** The first acceptable alternative the server knows; undefined when there is none (406). */
export function negotiate(accept: string | undefined): Representation | undefined {
  if (accept === undefined || accept.trim() === '') return JSON_OBJECT
  for (const alternative of accept.split(',').slice(0, 32)) {
    const [type = '', ...parameters] = alternative.split(';').map((part) => part.trim())
    const format = formatOf(type)
    if (format === undefined) continue
    const known = alternate(new Map(parameters.map(splitParameter)))
    if (known !== undefined) return { ...known, format }
  }
  return undefined
}

function formatOf(type: string): 'json' | 'yaml' | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json'
  return type === 'application/yaml' ? 'yaml' : undefined
}

function splitParameter(parameter: string): [string, string] {
  const [key = '', value = ''] = parameter.split('=')
  return [key.trim(), value.trim()]
}

/** The plain object, a known alternate representation, or undefined for one the server does not have. */
function alternate(parameters: ReadonlyMap<string, string>): Representation | undefined {
  const as = parameters.get('as')
  if (as === undefined) return JSON_OBJECT
  const group = parameters.get('g') ?? ''
  const version = parameters.get('v') ?? ''
  if (as === 'APIGroupDiscoveryList') {
    return version === 'v2' ? { ...JSON_OBJECT, isAggregatedDiscovery: true } : undefined
  }
  if (group !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) return undefined
  const asVersion = `${group}/${version}`
  if (as === 'Table') return { ...JSON_OBJECT, as, asVersion }
  if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
    const isList = as === 'PartialObjectMetadataList'
    return { ...JSON_OBJECT, as: 'PartialObjectMetadata', isList, asVersion }
  }
  return undefined
}
