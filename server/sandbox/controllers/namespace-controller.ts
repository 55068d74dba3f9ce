/** Empties a namespace that is being deleted, then lets it go. */
import {
  type ApiObject,
  finalizersOf,
  isBeingDeleted,
  nameOf,
  namespaceOf,
  objectAt,
} from '../api/api-object'
import { objectKey, resourceKey } from '../api/names'
import type { ServedKind } from '../kinds/served-kind'
import { type SandboxContext, unexpected } from '../requests/context'
import type { StoreEvent } from '../storage/watch-history'
import { BACKGROUND_DELETION, deleteObject } from '../verbs/delete-object'

const NAMESPACES = '/namespaces'

/** Starts emptying; also continues what an earlier process left unfinished. Returns the stop function. */
export function startNamespaceController(context: SandboxContext): () => void {
  const terminating = new Set<string>()
  const settle = (name: string) => {
    emptyNamespace(context, name)
      .then((isGone) => {
        if (isGone) terminating.delete(name)
      })
      .catch((error: unknown) => unexpected(context, error))
  }
  const begin = (name: string) => {
    terminating.add(name)
    settle(name)
  }
  for (const [, namespace] of context.store.objects(NAMESPACES).entries()) {
    if (isBeingDeleted(namespace)) begin(nameOf(namespace))
  }
  return context.store.subscribe((event) => {
    if (event.resource === NAMESPACES) {
      if (event.type !== 'DELETED' && isBeingDeleted(event.object)) begin(nameOf(event.object))
      return
    }
    const name = namespaceOfEvent(event)
    if (event.type === 'DELETED' && terminating.has(name)) settle(name)
  })
}

function namespaceOfEvent(event: StoreEvent): string {
  return event.key.slice(0, event.key.indexOf('/'))
}

/** Deletes what is in the namespace; once nothing is left removes it. Whether it is gone. */
async function emptyNamespace(context: SandboxContext, name: string): Promise<boolean> {
  const content = contentOf(context, name)
  for (const { kind, object } of content) {
    if (!isBeingDeleted(object)) await deleteObject(context, kind, object, BACKGROUND_DELETION)
  }
  // The deletions that just happened come back as events and settle the namespace.
  if (content.length > 0) return false
  const namespace = context.store.head(NAMESPACES, objectKey('', name))
  if (namespace === undefined) return true
  const isTerminating = objectAt(namespace, 'status')['phase'] === 'Terminating'
  if (!isBeingDeleted(namespace) || !isTerminating) return false
  if (finalizersOf(namespace).length > 0) return false
  await context.store.remove(NAMESPACES, objectKey('', name))
  return true
}

function contentOf(
  context: SandboxContext,
  name: string,
): { kind: ServedKind; object: ApiObject }[] {
  return context.kinds
    .storageKinds()
    .filter((kind) => kind.resource.namespaced)
    .flatMap((kind) =>
      [...context.store.headObjects(resourceKey(kind.resource))]
        .filter((object) => namespaceOf(object) === name)
        .map((object) => ({ kind, object })),
    )
}
