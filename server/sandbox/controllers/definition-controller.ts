/** Serves what CustomResourceDefinitions define, and removes the objects of a definition that is deleted. */
import { nameOf, objectAt, textAt } from '../api/api-object'
import { DEFINITIONS } from '../kinds/definitions/definition-kind'
import { type SandboxContext, unexpected } from '../requests/context'
import type { StoreEvent } from '../storage/watch-history'

/** Registers the stored definitions, then follows changes. Returns the stop function. */
export function startDefinitionController(context: SandboxContext): () => void {
  for (const [, definition] of context.store.objects(DEFINITIONS).entries()) {
    context.kinds.define(nameOf(definition), definition)
  }
  return context.store.subscribe((event) => {
    if (event.resource !== DEFINITIONS) return
    if (event.type === 'DELETED') {
      context.kinds.remove(nameOf(event.object))
      removeInstances(context, event).catch((error: unknown) => unexpected(context, error))
      return
    }
    // A status write changes nothing that is served.
    if (event.previous === undefined || event.previous['spec'] !== event.object['spec']) {
      context.kinds.define(nameOf(event.object), event.object)
    }
  })
}

async function removeInstances(context: SandboxContext, event: StoreEvent): Promise<void> {
  const spec = objectAt(event.object, 'spec')
  const resource = `${textAt(spec, 'group')}/${textAt(objectAt(spec, 'names'), 'plural')}`
  const keys = [...context.store.objects(resource).keys()]
  await Promise.all(keys.map((key) => context.store.remove(resource, key)))
}
