// A page of somebody else in Vue: dagfill/element in a template.

import { openIndexedDbStore } from "dagfill/store/indexeddb";
import { createApp, ref } from "vue/dist/vue.esm-bundler.js";
import "dagfill/element";

const opened = await openIndexedDbStore();

createApp({
  setup() {
    const store = ref(opened);
    const dag = ref({ dagId: "sales", schedule: "@daily", timeZone: "Europe/Berlin" });
    const options = ref({ startDate: "2026-01-01", endDate: "2026-01-31", maxParallelRuns: 2 });
    const last = ref("");
    const execute = (run) => globalThis.execute(run);
    const setRange = ({ detail: { from, to } }) => {
      options.value = { ...options.value, startDate: from, endDate: to };
    };
    return { store, dag, options, last, execute, setRange };
  },
  template: `<main>
    <h1>Sales</h1>
    <dagfill-plan :store.prop="store" :dag.prop="dag" :options.prop="options" :executeRun.prop="execute"
      @dagfill-range="setRange" @dagfill-event="last = $event.detail.type"></dagfill-plan>
    <output>{{ last }}</output>
  </main>`,
  compilerOptions: { isCustomElement: (tag) => tag.startsWith("dagfill-") },
}).mount("#root");
