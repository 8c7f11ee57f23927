/** A layer with more tasks than this, and than a square of all tasks has, goes on in another row. */
const MOST_COLUMNS = 8;

/** Places tasks top-down, a layer a row; a layer that is much wider than the graph is high has several rows. Within a layer
 *  tasks follow the mean place of what they run after, so that edges cross little. */
export function placeTasks(
  layers: readonly (readonly string[])[],
  dependsOn: (taskId: string) => readonly string[],
  size: { width: number; gap: number; height: (taskId: string) => number },
): Map<string, { x: number; y: number }> {
  const places = new Map<string, { x: number; y: number }>();
  const count = layers.reduce((sum, layer) => sum + layer.length, 0);
  const columns = Math.max(MOST_COLUMNS, Math.ceil(Math.sqrt(count)));
  let y = 0;
  for (const layer of layers) {
    const wanted = layer.map((taskId, index) => {
      const above = dependsOn(taskId).flatMap((id) => places.get(id)?.x ?? []);
      const mean = above.length ? above.reduce((sum, x) => sum + x, 0) / above.length : index;
      return { taskId, mean };
    });
    wanted.sort((a, b) => a.mean - b.mean);
    const step = size.width + size.gap;
    for (let at = 0; at < wanted.length; at += columns) {
      const row = wanted.slice(at, at + columns);
      row.forEach(({ taskId }, index) => {
        places.set(taskId, { x: (index - (row.length - 1) / 2) * step, y });
      });
      y += Math.max(...row.map(({ taskId }) => size.height(taskId))) + size.gap;
    }
  }
  return places;
}
