// Troubles of the browser's storage: functions that a page calls before its scripts (`prepare`).

/** Every access to IndexedDB is refused. */
export function storageRefused() {
  Object.defineProperty(globalThis, "indexedDB", {
    get() {
      throw new DOMException("refused", "SecurityError");
    },
  });
}

/** IndexedDB is full after 150 rows: six dates at once write about sixty rows before the first of them has ended. */
export function storageFull() {
  let left = 150;
  for (const name of ["put", "add"]) {
    const own = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (...args) {
      left -= 1;
      if (left < 0) throw new DOMException("no space is left", "QuotaExceededError");
      return own.apply(this, args);
    };
  }
}
