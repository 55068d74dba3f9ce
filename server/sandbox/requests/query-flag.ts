/** As k8s.io/apimachinery reads a flag: everything but `false` and `0`. */
export function isTrue(value: string | null): boolean {
  return value !== null && value.toLowerCase() !== 'false' && value !== '0'
}
