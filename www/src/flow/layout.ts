/** Places tasks top-down, a layer a row. Within a layer they follow the mean place of what they run after, so that
 *  edges cross little. */
export function placeTasks(
  layers: readonly (readonly string[])[],
  dependsOn: (taskId: string) => readonly string[],
  size: { width: number; gap: number; height: (taskId: string) => number },
): Map<string, { x: number; y: number }> {
  const places = new Map<string, { x: number; y: number }>();
  let y = 0;
  for (const layer of layers) {
    const wanted = layer.map((taskId, index) => {
      const above = dependsOn(taskId).flatMap((id) => places.get(id)?.x ?? []);
      const mean = above.length ? above.reduce((sum, x) => sum + x, 0) / above.length : index;
      return { taskId, mean };
    });
    wanted.sort((a, b) => a.mean - b.mean);
    const step = size.width + size.gap;
    wanted.forEach(({ taskId }, index) => {
      places.set(taskId, { x: (index - (wanted.length - 1) / 2) * step, y });
    });
    y += Math.max(...layer.map(size.height)) + size.gap;
  }
  return places;
}
