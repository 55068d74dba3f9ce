/** HTTPRoute manifests to start from. Pure. */
export interface RouteTemplateFields {
  readonly name: string
  readonly namespace: string
  /** `namespace/name` of the Gateway. */
  readonly gateway: string
  readonly hostname: string
  /** `name:port` of the Service that answers. */
  readonly backend: string
  /** `name:port` of the Service that gets the copies. */
  readonly mirror: string
  readonly percent: number
}

export const TEMPLATES = [
  {
    id: 'mirror',
    title: 'Mirror everything',
    description: 'One backend answers; a second gets a copy of every request.',
  },
  {
    id: 'mirror-percent',
    title: 'Mirror a percentage',
    description: 'A second backend gets a copy of a share of the requests.',
  },
  {
    id: 'split-mirror',
    title: 'Split and mirror',
    description: 'Two backends share the requests; a third gets a copy of every one.',
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
  const [name = '', port = ''] = text.split(':', 2)
  return { name, port: /^\d+$/.test(port) ? port : DEFAULT_PORT }
}

function backendRef(text: string, weight?: number): string[] {
  const { name, port } = parseServiceAddress(text)
  const lines = [`        - name: ${name}`, `          port: ${port}`]
  return weight === undefined ? lines : [...lines, `          weight: ${weight}`]
}

function mirrorFilter(target: string, percent: number | undefined): string[] {
  const { name, port } = parseServiceAddress(target)
  const lines = [
    '      filters:',
    '        - type: RequestMirror',
    '          requestMirror:',
    '            backendRef:',
    `              name: ${name}`,
    `              port: ${port}`,
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
    `  name: ${fields.name}`,
    `  namespace: ${fields.namespace}`,
    'spec:',
    '  parentRefs:',
    `    - name: ${gatewayName}`,
    ...(isElsewhere ? [`      namespace: ${gatewayNamespace}`] : []),
    ...(fields.hostname === '' ? [] : ['  hostnames:', `    - ${quoteHost(fields.hostname)}`]),
    '  rules:',
    '    - matches:',
    '        - path:',
    '            type: PathPrefix',
    '            value: /',
    ...ruleLines(id, fields),
  ]
  return `${lines.join('\n')}\n`
}

/** A wildcard starts with `*`, which YAML reads as an alias unless it is quoted. */
function quoteHost(hostname: string): string {
  return hostname.startsWith('*') ? `'${hostname}'` : hostname
}
