/** Where to go after signing in, from a URL that anybody may have written: a path of this site, or its start. */
export function safeReturn(next: string | null): string {
  // `//host` and `/\host` leave the site; control characters are dropped by browsers before they look.
  if (next === null || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(next)) return '/'
  return next.startsWith('/login') || next.startsWith('/logout') ? '/' : next
}
