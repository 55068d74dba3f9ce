/**
 * Writes server/sandbox/kinds/core/core-schemas.json from the models of @kubernetes/client-node:
 * property types from their attribute maps, descriptions and required fields from their
 * declarations. Run it when kinds or the imitated version of Kubernetes change, with the package whose models are of that version:
 *
 *   npm pack @kubernetes/client-node@1.3.0 && tar xzf kubernetes-client-node-1.3.0.tgz
 *   node tools/generate-core-schemas.mjs package
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Models of the kinds the sandbox serves; everything they reach is written too. */
const ROOTS = [
  'V1Namespace',
  'V1Pod',
  'V1Service',
  'V1ServiceAccount',
  'V1ConfigMap',
  'V1Secret',
  'CoreV1Event',
  'V1EndpointSlice',
  'V1Deployment',
  'V1ReplicaSet',
  'V1Job',
  'V1Node',
  'V1Lease',
  'V1Role',
  'V1RoleBinding',
  'V1ClusterRole',
  'V1ClusterRoleBinding',
  'AuthenticationV1TokenRequest',
  'V1SelfSubjectReview',
  'V1SelfSubjectAccessReview',
  'V1SelfSubjectRulesReview',
  'V1SubjectAccessReview',
  'V1LocalSubjectAccessReview',
]

const SCALARS = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  Date: { type: 'string', format: 'date-time' },
  V1MicroTime: { type: 'string', format: 'date-time' },
  IntOrString: { 'x-kubernetes-int-or-string': true },
  any: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
}

const outputPath = join(
  dirname(fileURLToPath(import.meta.url)),
  '../server/sandbox/kinds/core/core-schemas.json',
)
const packageRoot = resolve(process.argv[2] ?? '')
const modelsPath = join(packageRoot, 'dist/gen/models')
const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))

/** Text of a doc comment with the generator's escapes undone. */
function textOf(comment) {
  return comment
    .replace(/^\s*\*\s?/gm, '')
    .replace(/\\(['"`])/g, '$1')
    .trim()
}

/** Description of the class and, by JSON name, of each property with whether it is required. */
function readDeclarations(model) {
  const source = readFileSync(join(modelsPath, `${model}.d.ts`), 'utf8')
  const described = source.match(/\/\*\*\n((?:\*.*\n)+)\*\/\nexport declare class/)
  const properties = new Map()
  const pattern = / {4}\/\*\*\n((?: {4}\*(?!\/).*\n)+) {4}\*\/\n {4}'([^']+)'(\?)?:/g
  for (const [, comment, name, optional] of source.matchAll(pattern)) {
    properties.set(name, { description: textOf(comment), required: optional === undefined })
  }
  // Properties without a doc comment still say whether they are required.
  for (const [, name, optional] of source.matchAll(/^ {4}'([^']+)'(\?)?:/gm)) {
    if (!properties.has(name)) properties.set(name, { required: optional === undefined })
  }
  return { description: described ? textOf(described[1]) : undefined, properties }
}

/** Schema of one attribute type; a model becomes `{ $ref: model }` and is queued. */
function toSchema(type, format, queue) {
  const scalar = SCALARS[type]
  if (scalar) return format === 'byte' ? { type: 'string', format: 'byte' } : { ...scalar }
  if (type === 'number') {
    const isInteger = format.startsWith('int')
    return { type: isInteger ? 'integer' : 'number', ...(format === '' ? {} : { format }) }
  }
  const list = type.match(/^(?:Array|Set)<(.+)>$/)
  if (list) return { type: 'array', items: toSchema(list[1], format, queue) }
  const map = type.match(/^\{ \[key: string\]: (.+); \}$/)
  if (map) return { type: 'object', additionalProperties: toSchema(map[1], format, queue) }
  queue.push(type)
  return { $ref: type }
}

async function readModel(model, queue) {
  const declared = readDeclarations(model)
  const module = await import(pathToFileURL(join(modelsPath, `${model}.js`)).href)
  const properties = {}
  const required = []
  for (const { name, baseName, type, format } of module[model].getAttributeTypeMap()) {
    const known = declared.properties.get(name)
    if (known?.required) required.push(baseName)
    properties[baseName] = {
      ...(known?.description ? { description: known.description } : {}),
      ...toSchema(type, format, queue),
    }
  }
  return {
    ...(declared.description ? { description: declared.description } : {}),
    type: 'object',
    properties,
    ...(required.length === 0 ? {} : { required }),
  }
}

const models = {}
const queue = [...ROOTS]
for (let model = queue.shift(); model !== undefined; model = queue.shift()) {
  if (models[model] === undefined) models[model] = await readModel(model, queue)
}
const sorted = Object.fromEntries(
  Object.entries(models).sort(([left], [right]) => (left < right ? -1 : 1)),
)
const kubernetes = readFileSync(join(modelsPath, 'V1Pod.js'), 'utf8').match(
  /spec version: v(\S+)/,
)[1]
const source = { package: `@kubernetes/client-node ${version}`, kubernetes }
const json = JSON.stringify({ source, models: sorted })
// One model to a line keeps a later regeneration's diff readable.
writeFileSync(outputPath, `${json.replaceAll(/("(?:Core)?(?:V\d)\w*":\{"desc)/g, '\n$1')}\n`)
console.log(`${Object.keys(sorted).length} models, ${json.length} characters`)
