import type { JsonObject } from '@/lib/shared/json'

const text = (description: string): JsonObject => ({ type: 'string', description })
const time = (description: string): JsonObject => ({
  type: 'string',
  format: 'date-time',
  description,
})
const count = (description: string): JsonObject => ({
  type: 'integer',
  format: 'int64',
  description,
})
const texts = (description: string): JsonObject => ({
  type: 'object',
  additionalProperties: { type: 'string' },
  description,
})

/** metav1 ObjectMeta for `kubectl explain`; descriptions in our words. */
export const OBJECT_META_SCHEMA: JsonObject = {
  description: 'ObjectMeta is the metadata that every stored object has.',
  type: 'object',
  properties: {
    annotations: texts('Arbitrary values that tools attach to the object. Not used to select it.'),
    creationTimestamp: time('When the object was created. Set by the server.'),
    deletionGracePeriodSeconds: count('Seconds the object has to end gracefully. Set on deletion.'),
    deletionTimestamp: time(
      'When the object will be deleted. Set by the server on a deletion that waits.',
    ),
    finalizers: {
      type: 'array',
      items: { type: 'string' },
      description: 'Who has to let go before the object is removed.',
      'x-kubernetes-list-type': 'set',
      'x-kubernetes-patch-strategy': 'merge',
    },
    generateName: text('A prefix the server completes to a free name when name is empty.'),
    generation: count('Counts the changes of the desired state. Set by the server.'),
    labels: texts('Keys and values that selectors match.'),
    managedFields: {
      type: 'array',
      items: { type: 'object' },
      description: 'Which manager owns which fields. Kept by the server.',
      'x-kubernetes-list-type': 'atomic',
    },
    name: text('Unique within the namespace. Cannot be changed.'),
    namespace: text('The namespace the name is unique in.'),
    ownerReferences: {
      type: 'array',
      items: { type: 'object' },
      description: 'Objects this one depends on; it goes when all of them are gone.',
      'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-patch-merge-key': 'uid',
      'x-kubernetes-patch-strategy': 'merge',
    },
    resourceVersion: text('Changes with every write. Clients send it back to detect conflicts.'),
    selfLink: text('Not used any more.'),
    uid: text('Unique over time and space. Set by the server.'),
  },
}
