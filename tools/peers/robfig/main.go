// The dates of github.com/robfig/cron v3, which Kubernetes CronJobs and Argo use: rows [zone, text, from, to] in epoch seconds as JSON on
// standard input, lists of epoch seconds on standard output; null for a text without an end or a date.
package main

import (
	"encoding/json"
	"os"
	"time"

	"github.com/robfig/cron/v3"
)

func main() {
	var rows [][4]interface{}
	if err := json.NewDecoder(os.Stdin).Decode(&rows); err != nil {
		panic(err)
	}
	found := make([][]int64, len(rows))
	for index, row := range rows {
		found[index] = dates(row[0].(string), row[1].(string), int64(row[2].(float64)), int64(row[3].(float64)))
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		panic(err)
	}
}

func dates(zone, text string, from, to int64) []int64 {
	schedule, err := cron.ParseStandard("CRON_TZ=" + zone + " " + text)
	if err != nil {
		panic(err)
	}
	list := []int64{}
	for at := schedule.Next(time.Unix(from-1, 0)); !at.IsZero() && at.Unix() <= to; at = schedule.Next(at) {
		list = append(list, at.Unix())
		if len(list) > 500 {
			return nil
		}
	}
	return list
}
