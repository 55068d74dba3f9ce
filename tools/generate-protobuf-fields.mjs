/**
 * Writes server/sandbox/decode/protobuf-fields.json: how Go's typed clients encode the kinds the sandbox serves, read off the
 * struct tags of two Go modules. Run it when kinds or versions change:
 *
 *   node tools/generate-protobuf-fields.mjs <k8s.io/api> <k8s.io/apimachinery>
 *
 * A field is `[JSON name, type, flags]`. Types: s text, b bool, i integer, y bytes, t time, u time with microseconds,
 * q quantity, o integer or text, r raw JSON, @Message; after `*` a list, after `%` a map by text. Flags: p for a
 * pointer, whose zero value counts; n for a zero value that JSON does not omit. An empty JSON name inlines the message.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOTS = [
  'core.Namespace',
  'core.Pod',
  'core.Service',
  'core.ServiceAccount',
  'core.ConfigMap',
  'core.Secret',
  'core.Event',
  'apps.Deployment',
  'apps.ReplicaSet',
  'batch.Job',
  'core.Node',
  'discovery.EndpointSlice',
  'coordination.Lease',
  'autoscaling.Scale',
  'authorization.SelfSubjectAccessReview',
  'authorization.SelfSubjectRulesReview',
  'authorization.SubjectAccessReview',
  'authorization.LocalSubjectAccessReview',
  'rbac.Role',
  'rbac.RoleBinding',
  'rbac.ClusterRole',
  'rbac.ClusterRoleBinding',
  'authentication.SelfSubjectReview',
  'authentication.TokenRequest',
  'meta.DeleteOptions',
]
const SCALARS = {
  string: 's',
  bool: 'b',
  int: 'i',
  int32: 'i',
  int64: 'i',
  'byte[]': 'y',
  'meta.Time': 't',
  'meta.MicroTime': 'u',
  'resource.Quantity': 'q',
  'intstr.IntOrString': 'o',
  'runtime.RawExtension': 'r',
  'meta.FieldsV1': 'r',
  'types.UID': 's',
}
const PACKAGES = { metav1: 'meta', v1: 'core', corev1: 'core', autoscalingv1: 'autoscaling' }

const [apiDirectory, machineryDirectory] = process.argv.slice(2)
if (!machineryDirectory) throw new Error('two directories are needed')

const structs = new Map()
const aliases = new Map()
for (const name of new Set(ROOTS.map((root) => root.split('.')[0]))) {
  const directory =
    name === 'meta' ? join(machineryDirectory, 'pkg/apis/meta/v1') : join(apiDirectory, name, 'v1')
  for (const file of readdirSync(directory)) {
    if (file.endsWith('types.go')) readTypes(name, readFileSync(join(directory, file), 'utf8'))
  }
}

function readTypes(pkg, source) {
  for (const [, name, target] of source.matchAll(/^type (\w+) (?:= )?([\w.[\]]+)$/gm)) {
    aliases.set(`${pkg}.${name}`, qualified(pkg, target))
  }
  for (const [, name, body] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    structs.set(`${pkg}.${name}`, body)
  }
}

/** `metav1.Time` of another package, `Container` of this one, `string` of the language. */
function qualified(pkg, type) {
  const map = type.match(/^map\[\w+\](.+)$/)
  if (map) return `%${qualified(pkg, map[1])}`
  if (type === '[]byte') return 'byte[]'
  if (type.startsWith('[]')) return `*${qualified(pkg, type.slice(2))}`
  if (/^(string|bool|int|int32|int64)$/.test(type)) return type
  const [from, name] = type.split('.')
  return name === undefined ? `${pkg}.${type}` : `${PACKAGES[from] ?? from}.${name}`
}

function codeOf(type, queue) {
  if (type.startsWith('*') || type.startsWith('%')) return type[0] + codeOf(type.slice(1), queue)
  if (SCALARS[type]) return SCALARS[type]
  const alias = aliases.get(type)
  if (alias !== undefined) return codeOf(alias, queue)
  if (!structs.has(type)) throw new Error(`no type ${type}`)
  queue.push(type)
  return `@${type}`
}

function readFields(message, queue) {
  const pkg = message.split('.')[0]
  const fields = {}
  const pattern =
    /^\t(?:\w+\s+)?(\*?)((?:\[\]|map\[\w+\])*\*?[\w.]+)\s+`json:"([^"]*)"[^`]*protobuf:"\w+,(\d+),/gm
  for (const [, pointer, type, json, number] of structs.get(message).matchAll(pattern)) {
    const [name, ...options] = json.split(',')
    const code = codeOf(qualified(pkg, type), queue)
    const isOmitted = options.includes('omitempty') || options.includes('omitzero')
    const flags = pointer ? 'p' : isOmitted || name === '' ? '' : 'n'
    fields[number] = flags === '' ? [name, code] : [name, code, flags]
  }
  return fields
}

const messages = {}
const queue = [...ROOTS]
for (let message = queue.shift(); message !== undefined; message = queue.shift()) {
  if (messages[message] === undefined) messages[message] = readFields(message, queue)
}
const sorted = Object.keys(messages).sort()
const lines = sorted.map((name) => `${JSON.stringify(name)}: ${JSON.stringify(messages[name])}`)
const output = fileURLToPath(
  new URL('../server/sandbox/decode/protobuf-fields.json', import.meta.url),
)
const source = [apiDirectory, machineryDirectory].map((path) => basename(path)).join(', ')
writeFileSync(
  output,
  `{\n"source": ${JSON.stringify(source)},\n"messages": {\n${lines.join(',\n')}\n}\n}\n`,
)
console.log(`${sorted.length} messages`)
