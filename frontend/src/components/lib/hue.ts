/** A person's hue: one of twelve, by a stable hash of the id, so that everybody sees the same colour for somebody. */

export function hueOf(id: string): string {
  let hash = 2166136261;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 16777619);
  return `hue-${(hash >>> 0) % 12}`;
}
