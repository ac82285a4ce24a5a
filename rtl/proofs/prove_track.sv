// Proof of a small sky_track from every state of its sites: a pulse does what it says to the sites it names and
// nothing to any other; refused, it does nothing at all. Rules about all sites are stated of one, which may be any.
// At most 63 sites in all. Weigh = 0 leaves out the count of what a shift moves, most of the prover's time.
module prove_track #(
  parameter int unsigned D     = 4,
  parameter int unsigned S     = 2,
  parameter int unsigned Lanes = 1,
  parameter bit Weigh          = 1,
  localparam int unsigned PortWidth = $clog2(S + 2),
  localparam int unsigned Ports = (S + 1) * Lanes,
  localparam int unsigned Sites = 2 * D + S * (D + 1) + 1,
  localparam int unsigned RowSites = Sites * Lanes
) (
  input logic                 clk_i,
  input logic                 shift_i,
  input logic                 right_i,
  input logic [PortWidth-1:0] start_i,
  input logic [PortWidth-1:0] end_i,
  input logic [Ports-1:0]     remove_i,
  input logic [Ports-1:0]     inject_i,
  input logic                 look_i,
  input logic [7:0]           lane_i,   // any site of any lane
  input logic [7:0]           site_i
);

  logic [Ports-1:0] sense;
  logic [1:0] err;
  logic [31:0] moved;
  sky_track #(.D(D), .S(S), .Overhead(D), .Rows(1), .Lanes(Lanes)) u_track (
    .clk_i(clk_i), .enable_i(1'b1), .row_i(1'b0), .shift_i(shift_i), .shift_dir_i(right_i), .shift_start_i(start_i),
    .shift_end_i(end_i), .remove_ports_i(remove_i), .inject_ports_i(inject_i), .look_i(look_i), .sense_o(sense),
    .err_o(err), .weigh_i(Weigh), .moved_o(moved), .shift_lanes_i({Lanes{1'b1}}), .shift_dirs_i({Lanes{1'b0}}),
    .slip_i({2*Lanes{1'b0}}), .guard_first_o(), .guard_second_o()
  );
  (* hierconn *) wire [RowSites-1:0] \u_track.sites_q[0] ;
  logic [RowSites-1:0] row;
  assign row = \u_track.sites_q[0] ;

  function automatic [5:0] skyrmions(input [RowSites-1:0] sites);
    skyrmions = 6'd0;
    for (int p = 0; p < RowSites; p++) skyrmions = skyrmions + {5'd0, sites[p]};
  endfunction

  // What the pulse is about: its range, and the sites its ports touch. Rows of several lanes move as a whole.
  logic [7:0] first, last;
  assign first = (start_i > S || Lanes > 1) ? 8'd0 : D + start_i * (D + 1);
  assign last  = (end_i > S || Lanes > 1) ? Sites - 1 : D + end_i * (D + 1);
  logic [RowSites-1:0] in_range, at_edge, at_remove, at_inject;
  logic [Ports-1:0] under_ports;
  always_comb begin
    at_remove = '0;
    at_inject = '0;
    for (int l = 0; l < Lanes; l++) begin
      for (int p = 0; p < Sites; p++) begin
        in_range[l*Sites+p] = p >= first && p <= last;
        at_edge[l*Sites+p]  = p == (right_i ? last : first);
      end
      for (int p = 0; p <= S; p++) begin
        under_ports[p*Lanes+l]       = row[l*Sites+D+p*(D+1)];
        at_remove[l*Sites+D+p*(D+1)] = remove_i[p*Lanes+l];
        at_inject[l*Sites+D+p*(D+1)] = inject_i[p*Lanes+l];
      end
    end
  end

  // Counted as the track does, which spares the prover the search for why two ways of counting agree.
  logic [31:0] weighed;
  always_comb begin
    weighed = '0;
    for (int i = 0; i < RowSites; i++) begin
      if (Weigh && shift_i && row[i] && in_range[i]) weighed = weighed + 32'd1;
    end
  end

  logic [15:0] site;
  logic bad_ports, pushed_out, occupied, vacated;
  assign site       = lane_i * Sites + site_i;
  assign bad_ports  = shift_i && start_i <= S && end_i <= S && start_i >= end_i;
  assign pushed_out = shift_i && !bad_ports && (row & at_edge) != '0;
  assign occupied   = !shift_i && (row & at_inject) != '0;
  assign vacated    = site_i == (right_i ? first : last);

  // One cycle later.
  logic pulsed_q = 1'b0;
  logic was_shift_q, was_refused_q;
  logic [RowSites-1:0] before_q, removed_q, injected_q;
  logic [15:0] was_site_q;
  logic expected_q;
  always_ff @(posedge clk_i) begin
    pulsed_q      <= 1'b1;
    was_shift_q   <= shift_i;
    was_refused_q <= err != 2'd0;
    before_q      <= row;
    removed_q     <= at_remove & row;
    injected_q    <= at_inject;
    was_site_q    <= site;
    if (!in_range[site]) expected_q <= row[site];
    else if (vacated) expected_q <= 1'b0;
    else expected_q <= right_i ? row[site-16'd1] : row[site+16'd1];
  end

  always_comb begin
    assume (lane_i < Lanes && site_i < Sites);
    assume (!shift_i || (remove_i | inject_i) == '0);
    assume ((remove_i & inject_i) == '0);
    SensesItsSites    : assert (sense == ((look_i || (remove_i | inject_i) != '0) ? under_ports : '0));
    RefusesAndSaysWhy : assert (err == (bad_ports ? 2'd3 : pushed_out ? 2'd1 : occupied ? 2'd2 : 2'd0));
    WeighsWhatMoves   : assert (bad_ports || moved == weighed);
    if (pulsed_q) begin
      if (was_refused_q) begin
        RefusedChangesNothing          : assert (row == before_q);
      end else if (was_shift_q) begin
        ShiftKeepsSkyrmions            : assert (skyrmions(row) == skyrmions(before_q));
        TheRangeMovesByOneAndNothingElse : assert (row[was_site_q] == expected_q);
      end else begin
        OnlyTheNamedPortsChange        : assert (row == ((before_q & ~removed_q) | injected_q));
        SkyrmionsAreAccountedFor       : assert (skyrmions(row) + skyrmions(removed_q) ==
                                                 skyrmions(before_q) + skyrmions(injected_q));
      end
    end
  end

endmodule
