// Proof of a small domain-wall sky_track from every state of its sites: ports act first, setting sites whatever was
// there, then each lane steps where it is told to, or slips; refused or not enabled, nothing happens. Rules about all
// sites are stated of one, which may be any. Free = 0: all lanes step together.
module prove_wall #(
  parameter int unsigned D     = 2,
  parameter int unsigned S     = 2,
  parameter int unsigned Lanes = 2,
  parameter int unsigned Free  = 1,
  parameter int unsigned Guard = 1,
  localparam int unsigned PortWidth = $clog2(S + 2),
  localparam int unsigned Ports = (S + 1) * Lanes,
  localparam int unsigned Sites = 2 * D + S * (D + 1) + 1 + ((Guard != 0) ? 3 * D + 2 : 0),
  localparam int unsigned RowSites = Sites * Lanes
) (
  input logic               clk_i,
  input logic               enable_i,
  input logic               shift_i,
  input logic               right_i,
  input logic [Lanes-1:0]   lanes_i,
  input logic [Lanes-1:0]   rights_i,
  input logic [2*Lanes-1:0] slip_i,
  input logic [Ports-1:0]   remove_i,
  input logic [Ports-1:0]   inject_i,
  input logic               look_i,
  input logic [7:0]         lane_i,  // any site of any lane
  input logic [7:0]         site_i
);

  logic [Ports-1:0] sense;
  logic [1:0] err;
  sky_track #(
    .D(D), .S(S), .Overhead(D), .Rows(1), .Lanes(Lanes), .Guard(Guard), .DomainWall(1), .FreeLanes(Free), .Start(1)
  ) u_track (
    .clk_i(clk_i), .enable_i(enable_i), .row_i(1'b0), .shift_i(shift_i), .shift_dir_i(right_i),
    .shift_start_i({PortWidth{1'b1}}), .shift_end_i({PortWidth{1'b1}}), .shift_lanes_i(lanes_i),
    .shift_dirs_i(rights_i), .slip_i(slip_i), .remove_ports_i(remove_i), .inject_ports_i(inject_i), .look_i(look_i),
    .sense_o(sense), .guard_first_o(), .guard_second_o(), .err_o(err), .weigh_i(1'b0), .moved_o()
  );
  (* hierconn *) wire [RowSites-1:0] \u_track.g_domain_wall.row_q ;
  logic [RowSites-1:0] row;
  assign row = \u_track.g_domain_wall.row_q ;

  // Of each lane: how many sites it goes, and to which side; whether that pushes something off its wire.
  logic [1:0] far [Lanes];
  logic [Lanes-1:0] to_right;
  logic off;
  always_comb begin
    off = 1'b0;
    for (int l = 0; l < Lanes; l++) begin
      to_right[l] = (Free != 0) ? rights_i[l] : right_i;
      far[l]      = (shift_i && (Free == 0 || lanes_i[l])) ? 2'd1 : 2'd0;
      if (Guard != 0 && slip_i[2*l+:2] == 2'd1) far[l] = far[l] << 1;
      if (Guard != 0 && slip_i[2*l+:2] == 2'd3) far[l] = 2'd0;
      for (int p = 0; p < Sites; p++) begin
        if (row[p*Lanes+l] && !to_right[l] && p < far[l]) off = 1'b1;
        if (row[p*Lanes+l] && to_right[l] && p + far[l] >= Sites) off = 1'b1;
      end
    end
  end

  logic [Ports-1:0] under_ports;
  logic [RowSites-1:0] acted;
  always_comb begin
    acted = row;
    for (int p = 0; p <= S; p++) begin
      for (int l = 0; l < Lanes; l++) begin
        under_ports[p*Lanes+l] = row[(D+p*(D+1))*Lanes+l];
        if (remove_i[p*Lanes+l]) acted[(D+p*(D+1))*Lanes+l] = 1'b0;
        if (inject_i[p*Lanes+l]) acted[(D+p*(D+1))*Lanes+l] = 1'b1;
      end
    end
  end

  // Where what comes to the site was; past the last site: nowhere, also below the first, where it wraps.
  logic [7:0] from;
  assign from = to_right[lane_i] ? site_i - far[lane_i] : site_i + far[lane_i];

  // One cycle later.
  logic pulsed_q = 1'b0;
  logic expected_q;
  logic [15:0] at_q;
  always_ff @(posedge clk_i) begin
    pulsed_q <= 1'b1;
    at_q     <= site_i * Lanes + lane_i;
    if (off || !enable_i) expected_q <= row[site_i*Lanes+lane_i];
    else if (from >= Sites) expected_q <= 1'b0;
    else expected_q <= acted[from*Lanes+lane_i];
  end

  always_comb begin
    assume (lane_i < Lanes && site_i < Sites);
    assume ((remove_i & inject_i) == '0);
    SensesItsSites       : assert (sense == ((look_i || (remove_i | inject_i) != '0) ? under_ports : '0));
    RefusesWhatPushesOut : assert (err == (off ? 2'd1 : 2'd0));
    if (pulsed_q) begin
      ActsThenSteps      : assert (row[at_q] == expected_q);
    end
  end

endmodule
