"""The few lines of JavaScript that Leaflet's own calls do not cover, as Jinja templates.

Each stands in a map of Folium; ``this.content`` is text or rows that are safe to show.
"""

from __future__ import annotations

LEGEND = """{% macro script(this, kwargs) %}
var {{ this.get_name() }} = L.control({position: "bottomleft"});
{{ this.get_name() }}.onAdd = function (map) {
    var box = L.DomUtil.create("details", "map-legend");
    box.open = map.getSize().x >= 560;
    var touches = function (icon) {
        var a = icon.getBoundingClientRect(), b = box.getBoundingClientRect();
        return a.right > b.left && a.left < b.right && a.bottom > b.top && a.top < b.bottom;
    };
    setTimeout(function () {  // no stop is covered until the reader asks
        var icons = map.getContainer().querySelectorAll(".stop-number, .base-house");
        if (Array.from(icons).some(touches)) { box.open = false; }
    }, 400);
    L.DomEvent.disableClickPropagation(box);
    box.style.cssText = "background:#fff;color:#000;padding:6px 9px;font:13px sans-serif;"
        + "line-height:1.5;border:1px solid #666;border-radius:3px;max-width:260px";
    box.innerHTML = "<summary style='cursor:pointer'>" + {{ this.label|tojavascript }}
        + "</summary>" + {{ this.content|tojavascript }};
    return box;
};
{{ this.get_name() }}.addTo({{ this._parent.get_name() }});
{% endmacro %}"""

# whose streets these are, instead of Leaflet's own link
CREDIT = """{% macro script(this, kwargs) %}
{{ this._parent.get_name() }}.attributionControl.setPrefix(false)
    .addAttribution({{ this.content|tojavascript }});
{% endmacro %}"""

# Folium's own popup needs jQuery, which this product does not load
POPUP = """{% macro script(this, kwargs) %}
{{ this._parent.get_name() }}.bindPopup({{ this.content|tojavascript }});
{% endmacro %}"""

GROUND = """{% macro script(this, kwargs) %}
L.control.scale({imperial: false}).addTo({{ this._parent.get_name() }});
{{ this._parent.get_name() }}.getContainer().style.background = "#F6F7F5";
{% endmacro %}"""

# Texts in order of weight (map_labels.LabelRow). At each zoom those are shown that fit their
# street and touch no text shown before: each is a row of circles as wide as a line is high.
LABELS = """{% macro script(this, kwargs) %}
(function (map, rows, kind) {
    var HIGH = 15, marks = rows.map(function (row) {
        var ink = row[6] ? "#fff" : "#000", edge = row[6] ? "#000" : "#fff";
        return L.marker([row[0], row[1]], {
            interactive: false, keyboard: false,
            icon: L.divIcon({
                className: kind, iconSize: [row[3], HIGH], iconAnchor: [row[3] / 2, HIGH / 2],
                html: "<div style='white-space:nowrap;text-align:center;font:"
                    + {{ this.font|tojavascript }} + ";color:" + ink + ";text-shadow:0 0 2px "
                    + edge + ",0 0 2px " + edge + ",0 0 3px " + edge + ";transform:rotate("
                    + row[4] + "deg)'>" + row[2] + "</div>"
            })
        });
    });
    function show() {
        var taken = [], zoom = map.getZoom();
        rows.forEach(function (row, at) {
            var middle = map.project([row[0], row[1]], zoom), turn = row[4] * Math.PI / 180;
            var px = row[5] * Math.pow(2, zoom) / (156543 * Math.cos(row[0] * Math.PI / 180));
            var steps = Math.ceil(row[3] / HIGH / 2), spots = [];
            for (var step = -steps; step <= steps; step += 1) {
                var far = step * Math.max(row[3] - HIGH, 0) / 2 / steps;
                spots.push([middle.x + far * Math.cos(turn), middle.y + far * Math.sin(turn)]);
            }
            var fits = (!row[5] || px > row[3]) && spots.every(function (spot) {
                return taken.every(function (other) {
                    var aside = Math.abs(spot[0] - other[0]), above = Math.abs(spot[1] - other[1]);
                    return Math.max(aside, above) > HIGH;
                });
            });
            if (!fits) { marks[at].remove(); return; }
            taken = taken.concat(spots);
            marks[at].addTo(map);
        });
    }
    map.on("zoomend viewreset", show);
    map.whenReady(show);
})({{ this._parent.get_name() }}, {{ this.content|tojson }}, {{ this.kind|tojavascript }});
{% endmacro %}"""

# Families (map_points.FamilyRow): shape = state, ring = grade; those on one spot stand around it
FAMILIES = """{% macro script(this, kwargs) %}
(function (map, rows, states, rings) {
    rows.forEach(function (row) {
        var far = 13 * Math.sqrt(row[4]), turn = row[4] * 2.39996;
        L.marker([row[0], row[1]], {
            keyboard: false,
            icon: L.divIcon({
                className: "family-point", iconSize: [20, 20],
                iconAnchor: [10 - far * Math.cos(turn), 10 - far * Math.sin(turn)],
                html: "<svg width='20' height='20' viewBox='-10 -10 20 20'>"
                    + rings[row[3]][1] + states[row[2]][1] + "</svg>"
            })
        }).bindTooltip(states[row[2]][0] + " · " + rings[row[3]][0]).addTo(map);
    });
})({{ this._parent.get_name() }}, {{ this.content|tojson }}, {{ this.states|tojson }},
   {{ this.rings|tojson }});
{% endmacro %}"""

# Known places (map_points.point_tags): a dot with its label; a click passes through to the map
TAGS = """{% macro script(this, kwargs) %}
(function (map, rows) {
    rows.forEach(function (row) {
        var block = row[2] === "block";
        L.marker([row[0], row[1]], {
            interactive: false, keyboard: false,
            icon: L.divIcon({
                className: "point-tag", iconSize: [12, 12], iconAnchor: [6, 6],
                html: "<div style='white-space:nowrap;font:bold 12px/12px sans-serif;color:#000'>"
                    + "<span style='display:inline-block;width:9px;height:9px;background:"
                    + (block ? "#0072B2" : "#000") + ";border:1.5px solid #fff;border-radius:"
                    + (block ? "50%" : "0") + "'></span> <span style='background:#fff;"
                    + "padding:1px 3px;border:1px solid #444'>" + row[3] + "</span></div>"
            })
        }).addTo(map);
    });
})({{ this._parent.get_name() }}, {{ this.content|tojson }});
{% endmacro %}"""

# The place last clicked, marked at once; the page learns of it by last_clicked
PICK = """{% macro script(this, kwargs) %}
(function (map) {
    var mark = null;
    map.getContainer().style.cursor = "crosshair";
    map.on("click", function (event) {
        if (mark) { mark.setLatLng(event.latlng); return; }
        mark = L.circleMarker(event.latlng, {
            radius: 9, color: "#D55E00", weight: 4, fill: false, interactive: false,
            className: "picked-point"
        }).addTo(map);
    });
})({{ this._parent.get_name() }});
{% endmacro %}"""

# Numbers that would cover one another are moved apart at each zoom, with a line to their door.
DISCS = """{% macro script(this, kwargs) %}
(function (map) {
    var APART = 27, ROUNDS = 80, lines = L.layerGroup().addTo(map), stops = [], fixed = [];
    map.eachLayer(function (layer) {
        var kind = (layer.options.icon && layer.options.icon.options.className) || "";
        if (/\\bstop-number\\b/.test(kind)) { stops.push([layer, layer.getLatLng()]); }
        if (/\\bbase-house\\b/.test(kind)) { fixed.push(layer.getLatLng()); }
    });
    function show() {
        var doors = stops.map(function (stop) { return map.latLngToLayerPoint(stop[1]); });
        var houses = fixed.map(function (place) { return map.latLngToLayerPoint(place); });
        var at = doors.map(function (door) { return door.clone(); });
        for (var round = 0, touching = true; touching && round < ROUNDS; round += 1) {
            touching = false;
            at.forEach(function (one, i) {
                at.slice(i + 1).concat(houses).forEach(function (other, j) {
                    var x = other.x - one.x, y = other.y - one.y, away = Math.sqrt(x * x + y * y);
                    if (away >= APART) { return; }
                    touching = true;
                    if (away < 0.01) {  // on one point each pair parts its own way
                        x = Math.cos(i + 2.4 * j); y = Math.sin(i + 2.4 * j); away = 1;
                    }
                    var still = j >= at.length - i - 1, lack = Math.max(APART - Math.sqrt(
                        Math.pow(other.x - one.x, 2) + Math.pow(other.y - one.y, 2)), 0) + 0.5;
                    one.x -= x / away * lack / (still ? 1 : 2);
                    one.y -= y / away * lack / (still ? 1 : 2);
                    if (!still) {
                        other.x += x / away * lack / 2;
                        other.y += y / away * lack / 2;
                    }
                });
            });
        }
        lines.clearLayers();
        stops.forEach(function (stop, i) {
            var place = map.layerPointToLatLng(at[i]);
            stop[0].setLatLng(place);
            if (at[i].distanceTo(doors[i]) > 13) {
                L.polyline([stop[1], place], {color: "#000", weight: 1.5, interactive: false,
                    className: "stop-leader"}).addTo(lines);
            }
        });
    }
    map.on("zoomend", show);
    map.whenReady(show);
})({{ this._parent.get_name() }});
{% endmacro %}"""
