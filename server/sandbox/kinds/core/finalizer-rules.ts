/** Finalizers of compiled-in kinds, which are held to more than those of custom resources. */
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'
import { invalid, printStrings } from './field-errors'
import { stringsAt } from './json-access'
import { labelKey } from './name-rules'

export const UNQUALIFIED_FINALIZER =
  'name is neither a standard finalizer name nor is it fully qualified'

const PROPAGATION = ['orphan', 'foregroundDeletion']
const STANDARD = ['kubernetes', ...PROPAGATION]

/** Errors of metadata.finalizers: names without a domain that are not the API's own, and policies that exclude each other. */
export function checkFinalizers(metadata: JsonObject): FieldError[] {
  const finalizers = stringsAt(metadata, 'finalizers')
  const path = 'metadata.finalizers'
  const isBoth = PROPAGATION.every((policy) => finalizers.includes(policy))
  const both = `finalizer ${PROPAGATION.join(' and ')} cannot be both set`
  return [
    ...finalizers.flatMap((name) => labelKey(name).map((why) => invalid(path, name, why))),
    ...finalizers.flatMap((name, index) =>
      name.includes('/') || STANDARD.includes(name)
        ? []
        : [invalid(`${path}[${index}]`, name, UNQUALIFIED_FINALIZER)],
    ),
    ...(isBoth ? [invalid(path, printStrings(finalizers), both)] : []),
  ]
}
