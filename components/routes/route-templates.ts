/** HTTPRoute manifests to start from. Pure. */
export interface RouteTemplateFields {
  readonly name: string
  readonly namespace: string
  /** `namespace/name` of the Gateway. */
  readonly gateway: string
  readonly hostname: string
  /** `name:port` of the Service that answers. */
  readonly backend: string
  /** `name:port` of the Service that gets the mirrored requests. */
  readonly mirror: string
  readonly percent: number
}

export const TEMPLATES = [
  {
    id: 'mirror',
    title: 'Mirror everything',
    description: 'One backend answers; every request is mirrored to a second.',
  },
  {
    id: 'mirror-percent',
    title: 'Mirror a percentage',
    description: 'A share of the requests is mirrored to a second backend.',
  },
  {
    id: 'split-mirror',
    title: 'Split and mirror',
    description: 'Two backends share the requests; every one is mirrored to a third.',
  },
  { id: 'plain', title: 'Plain route', description: 'One backend answers; nothing is mirrored.' },
] as const
export type TemplateId = (typeof TEMPLATES)[number]['id']

/** The template an URL names; mirroring everything for anything else. */
export function parseTemplateId(value: string): TemplateId {
  return TEMPLATES.find(({ id }) => id === value)?.id ?? 'mirror'
}

interface ServiceAddress {
  readonly name: string
  readonly port: string
}

const DEFAULT_PORT = '3000'

/** `backend-2:3000` → its parts; a missing port is the echo backend's. */
export function parseServiceAddress(text: string): ServiceAddress {
  const [name = '', ...rest] = text.split(':')
  return { name, port: rest.join(':') || DEFAULT_PORT }
}

const PLAIN = /^[a-z][a-z0-9.-]*$/
/** Words of YAML 1.1, which kubectl reads, that are no strings. */
const WORDS: readonly string[] = ['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null']

/** The text as a YAML string: what a person typed must not turn into a number, a list or a comment. */
function scalar(text: string): string {
  const isPlain = text === '' || (PLAIN.test(text) && !WORDS.includes(text))
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`
}

function portScalar(port: string): string {
  return /^\d+$/.test(port) ? port : scalar(port)
}

function backendRef(text: string, weight?: number): string[] {
  const { name, port } = parseServiceAddress(text)
  const lines = [`        - name: ${scalar(name)}`, `          port: ${portScalar(port)}`]
  return weight === undefined ? lines : [...lines, `          weight: ${weight}`]
}

function mirrorFilter(target: string, percent: number | undefined): string[] {
  const { name, port } = parseServiceAddress(target)
  const lines = [
    '      filters:',
    '        - type: RequestMirror',
    '          requestMirror:',
    '            backendRef:',
    `              name: ${scalar(name)}`,
    `              port: ${portScalar(port)}`,
  ]
  return percent === undefined ? lines : [...lines, `            percent: ${percent}`]
}

function ruleLines(id: TemplateId, fields: RouteTemplateFields): string[] {
  switch (id) {
    case 'plain':
      return ['      backendRefs:', ...backendRef(fields.backend)]
    case 'mirror':
      return [
        ...mirrorFilter(fields.mirror, undefined),
        '      backendRefs:',
        ...backendRef(fields.backend),
      ]
    case 'mirror-percent':
      return [
        ...mirrorFilter(fields.mirror, fields.percent),
        '      backendRefs:',
        ...backendRef(fields.backend),
      ]
    case 'split-mirror':
      return [
        ...mirrorFilter(fields.mirror, undefined),
        '      backendRefs:',
        ...backendRef(fields.backend, 1),
        ...backendRef('backend-3:3000', 1),
      ]
  }
}

/** The manifest of a template. The Gateway's namespace is written only when it differs from the route's. */
export function routeManifest(id: TemplateId, fields: RouteTemplateFields): string {
  const [gatewayNamespace = '', gatewayName = ''] = fields.gateway.split('/', 2)
  const isElsewhere = gatewayNamespace !== fields.namespace
  const lines = [
    'apiVersion: gateway.networking.k8s.io/v1',
    'kind: HTTPRoute',
    'metadata:',
    `  name: ${scalar(fields.name)}`,
    `  namespace: ${scalar(fields.namespace)}`,
    'spec:',
    '  parentRefs:',
    `    - name: ${scalar(gatewayName)}`,
    ...(isElsewhere ? [`      namespace: ${scalar(gatewayNamespace)}`] : []),
    ...(fields.hostname === '' ? [] : ['  hostnames:', `    - ${scalar(fields.hostname)}`]),
    '  rules:',
    '    - matches:',
    '        - path:',
    '            type: PathPrefix',
    '            value: /',
    ...ruleLines(id, fields),
  ]
  return `${lines.join('\n')}\n`
}
