/** RFC 9110, section 9.2.1: methods that ask for nothing to be changed. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** Whether a request of this method may be sent without asking: it changes nothing. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method)
}
