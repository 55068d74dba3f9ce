/** additionalPrinterColumns of a CustomResourceDefinition → Table columns and cells. */
import type { JsonObject, JsonValue } from '@/lib/shared/json'
import { isJsonObject } from '@/lib/shared/json-values'
import { integerAt, nameOf, sortedJson, textAt } from '../api/api-object'
import type { TableColumn } from '../api/contracts'
import { humanDuration } from '../api/human-duration'
import { evaluateJsonPath, type JsonPath, parseJsonPath } from '../api/json-path'
import type { Cell } from './served-kind'

const NAME_COLUMN: TableColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
}

const AGE: JsonObject = {
  name: 'Age',
  type: 'date',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
  jsonPath: '.metadata.creationTimestamp',
}

export interface PrinterColumns {
  readonly columns: readonly TableColumn[]
  toCells(object: JsonObject, now: number): readonly Cell[]
}

/** Columns of one version; without a definition the table has Name and Age. */
export function printerColumns(definitions: readonly JsonValue[]): PrinterColumns {
  const used = (definitions.length === 0 ? [AGE] : definitions).filter(isJsonObject)
  const paths = used.map((definition) => parseJsonPath(textAt(definition, 'jsonPath')))
  return {
    columns: [NAME_COLUMN, ...used.map(columnOf)],
    toCells: (object, now) => [
      nameOf(object),
      ...used.map((definition, i) => cellOf(textAt(definition, 'type'), paths[i], object, now)),
    ],
  }
}

function columnOf(definition: JsonObject): TableColumn {
  const path = textAt(definition, 'jsonPath')
  const description = textAt(definition, 'description')
  return {
    name: textAt(definition, 'name'),
    type: textAt(definition, 'type'),
    format: textAt(definition, 'format'),
    description:
      description === ''
        ? `Custom resource definition column (in JSONPath format): ${path}`
        : description,
    priority: integerAt(definition, 'priority') ?? 0,
  }
}

function cellOf(type: string, path: JsonPath | undefined, object: JsonObject, now: number): Cell {
  // Only the first result counts, as in apiextensions-apiserver's table convertor.
  const value = path === undefined ? undefined : evaluateJsonPath(path, object)[0]
  return value === undefined || value === null ? null : typedCell(type, value, now)
}

function typedCell(type: string, value: JsonValue, now: number): Cell {
  if (type === 'string') return typeof value === 'string' ? value : textOf(value)
  if (type === 'date') return ageCell(value, now)
  if (type === 'boolean') return typeof value === 'boolean' ? value : null
  if (typeof value !== 'number') return null
  return type === 'integer' ? Math.trunc(value) : value
}

function textOf(value: JsonValue): string {
  return typeof value === 'object' ? sortedJson(value) : String(value)
}

function ageCell(value: JsonValue, now: number): Cell {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? '<invalid>' : humanDuration(now - time)
}
