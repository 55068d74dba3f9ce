/**
 * The version of Kubernetes that the sandbox is, in all it does: rules, messages, schemas, protobuf fields and the defaults of
 * feature gates. It is the one whose answers were recorded and are asked again, and whose kubectl knows all it serves.
 * `core-schemas.json` and `protobuf-fields.json` are generated from sources of the same minor version.
 */
import type { MessageForm } from '@/lib/validation/field-error'

export const KUBERNETES_VERSION = '1.33.5'

/** How messages of this version are worded: JSON values in them came with 1.34. */
export const MESSAGE_FORM: MessageForm = 'before-1.34'

/** Whether watches may ask for initial events by default: the feature gate WatchList is off in 1.33, on before and after it. */
export const IS_WATCH_LIST_DEFAULT = false

const [MAJOR = '', MINOR = ''] = KUBERNETES_VERSION.split('.')

/** GET /version. kubectl picks its behaviour by the minor version. */
export const VERSION_INFO = {
  major: MAJOR,
  minor: MINOR,
  emulationMajor: MAJOR,
  emulationMinor: MINOR,
  minCompatibilityMajor: MAJOR,
  minCompatibilityMinor: String(Number(MINOR) - 1),
  gitVersion: `v${KUBERNETES_VERSION}`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'node',
  compiler: 'node',
  platform: 'mirrorboard/sandbox',
}
