// Nanotracks in rows that share one set of port drivers: of `Rows` rows the one named by row_i is pulsed, all its
// `Lanes` tracks together.
//
//   | overhead | AP0 | segment 0 | AP1 | segment 1 | ... | AP(S-1) | segment S-1 | AP(S) | overhead |
//
// A 1 is a skyrmion. Data move only by shift pulses and are sensed or changed only at access ports (APs), which
// are sites of their own. Site p of a track, counted from the left end of the wire, is bit p of its lane; lane l
// of a row is bits l * Sites to (l + 1) * Sites - 1. Port vectors hold port p of lane l in bit p * Lanes + l.
//
//   shift    all sites between the start and the end port, both port sites included, move one step; the vacated
//            site reads 0. Port number S + 1 stands for the end of the wire: as start the left, as end the right.
//            Tracks of a row with more than one lane only move as a whole.
//   remove   clears the sites under the masked ports; an empty site is legal.
//   inject   sets the sites under the masked ports; an occupied site is an error.
//
// With Guard, sites behind the right overhead hold the pattern 0 0 1 1 as far as the two guard ports, one site apart,
// can see it at any head offset; it moves with the wire. A pulse may then move some tracks of the row only, and each
// may slip: fault injection for tests.
//
// DomainWall is for a master whose cycle is long enough for both, an act and one step of whole tracks: at one clock edge
// first the ports act, then the tracks step. Inject then sets a site and remove clears it whatever was there: a
// domain-wall write. FreeLanes, which needs DomainWall, lets every lane move by itself, in a direction of its own. There
// is one row then, and its lanes lie side by side: site p of lane l is bit p * Lanes + l of row_q.
//
// A pulse takes effect at the clock edge that ends its cycle; remove and inject at different ports may come in
// one cycle. An illegal pulse is refused: err_o says why, nothing changes. With look_i, and while ports remove or
// inject, sense_o shows the sites under the ports in the same cycle, else nothing; what a detect is charged for is
// the master's business. The tracks are non-volatile: there is
// no reset, and they start empty. Not here: timing, energy, legality of a sequence of pulses.
// Cost: Rows * Lanes * (2 * Overhead + S * (D + 1) + 1) sites; one range shifter and one port gather in all.
// Kept to the subset that synthesis and proof tools read.
module sky_track #(
  parameter int unsigned D        = 64,  // sites between two ports
  parameter int unsigned S        = 32,  // segments; S + 1 ports
  parameter int unsigned Overhead = D,   // sites at each end, at least D
  parameter int unsigned Rows     = 1,
  parameter int unsigned Lanes    = 1,   // tracks of a row
  parameter int unsigned Guard    = 0,   // 1: guard sites behind the right overhead, and slips
  parameter int unsigned DomainWall = 0, // 1: acts and a step in one cycle, sites set whatever was there; whole tracks only
  parameter int unsigned FreeLanes  = 0, // 1, with DomainWall: a direction for each lane, and lanes that stay
  parameter int unsigned Start      = 0, // steps to the left that the tracks have gone when they start
  localparam int unsigned RowWidth  = (Rows > 1) ? $clog2(Rows) : 1,
  localparam int unsigned PortWidth = $clog2(S + 2),
  localparam int unsigned Ports     = (S + 1) * Lanes
) (
  input  logic                 clk_i,
  input  logic                 enable_i,     // 0: no pulse takes effect, whatever is said
  input  logic [RowWidth-1:0]  row_i,

  input  logic                 shift_i,
  input  logic                 shift_dir_i,  // sky_track_pkg::dir_e
  input  logic [PortWidth-1:0] shift_start_i,
  input  logic [PortWidth-1:0] shift_end_i,
  input  logic [Lanes-1:0]     shift_lanes_i,  // with Guard or FreeLanes: the tracks that move
  input  logic [Lanes-1:0]     shift_dirs_i,   // with FreeLanes: where to, instead of shift_dir_i
  input  logic [2*Lanes-1:0]   slip_i,         // with Guard, of each: 1 one site too far, 3 too near, 0 neither
  input  logic [Ports-1:0]     remove_ports_i,
  input  logic [Ports-1:0]     inject_ports_i,

  input  logic                 look_i,       // show what is under the ports
  output logic [Ports-1:0]     sense_o,      // 0 unless look_i or a remove or inject
  output logic [Lanes-1:0]     guard_first_o,   // what the two guard ports see
  output logic [Lanes-1:0]     guard_second_o,
  output logic [1:0]           err_o,        // sky_track_pkg::err_e
  input  logic                 weigh_i,      // count what a shift would move
  output logic [31:0]          moved_o       // skyrmions in the range between the ports; 0 unless weigh_i
);

  localparam int unsigned DataSites = 2 * Overhead + S * (D + 1) + 1;
  localparam int unsigned GuardPort = DataSites + Overhead;
  localparam int unsigned Sites     = DataSites + ((Guard != 0) ? 3 * Overhead + 2 : 0);
  localparam int unsigned RowSites  = Sites * Lanes;
  localparam int unsigned SiteWidth = $clog2(Sites);
  localparam int unsigned LastSite  = Sites - 1;
  localparam int unsigned WireEndPort = S + 1;
  localparam int unsigned Pitch     = D + 1;
  localparam logic [PortWidth-1:0] WireEnd = WireEndPort[PortWidth-1:0];
  localparam logic [SiteWidth-1:0] Last    = LastSite[SiteWidth-1:0];
  localparam logic [SiteWidth-1:0] First   = Overhead[SiteWidth-1:0];
  localparam logic [SiteWidth-1:0] Step    = Pitch[SiteWidth-1:0];
  localparam logic Left = 1'b0;

  // Bits of a row that are the first, or the last, site of their lane.
  localparam logic [Sites-1:0] OneSite = {{(Sites - 1) {1'b0}}, 1'b1};
  localparam logic [RowSites-1:0] FirstSites = {Lanes{OneSite}};
  localparam logic [RowSites-1:0] LastSites  = {Lanes{OneSite << (Sites - 1)}};

  logic [RowSites-1:0] sites_q [Rows] /* verilator public_flat_rd */;

  initial begin
    for (int unsigned t = 0; t < Rows; t++) begin
      sites_q[t] = '0;
      if (Guard != 0) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          for (int unsigned i = 0; i < 2 * Overhead + 2; i++) begin
            sites_q[t][l*Sites+DataSites+i] = (i + 3 * Overhead) % 4 >= 2;
          end
        end
      end
    end
  end

  logic acts;
  assign acts = (remove_ports_i | inject_ports_i) != '0;

  // Whether the pulse would push a skyrmion out of what moves, and what else may be wrong with it.
  logic pushed_out, bad_ports, occupied;

  if (DomainWall != 0) begin : g_domain_wall
    logic [RowSites-1:0] row_q /* verilator public_flat_rd */;
    initial begin
      row_q = '0;
      if (Guard != 0) begin
        for (int unsigned i = 0; i < 2 * Overhead + 2; i++) begin
          row_q[(DataSites-Start+i)*Lanes+:Lanes] = {Lanes{(i + 3 * Overhead) % 4 >= 2}};
        end
      end
    end

    always_comb begin
      sense_o = '0;
      if (look_i || acts) begin
        for (int unsigned p = 0; p <= S; p++) sense_o[p*Lanes+:Lanes] = row_q[(Overhead+p*(D+1))*Lanes+:Lanes];
      end
    end
    if (Guard != 0) begin : g_guard
      assign guard_first_o  = row_q[GuardPort*Lanes+:Lanes];
      assign guard_second_o = row_q[(GuardPort+1)*Lanes+:Lanes];
    end else begin : g_no_guard
      assign guard_first_o  = '0;
      assign guard_second_o = '0;
    end

    // The lanes that move, and of those the ones that move twice.
    logic [Lanes-1:0] left, right, left_twice, right_twice;
    always_comb begin
      left        = {Lanes{shift_i && shift_dir_i == Left}};
      right       = {Lanes{shift_i && shift_dir_i != Left}};
      left_twice  = '0;
      right_twice = '0;
      if (FreeLanes != 0) begin
        left  = {Lanes{shift_i}} & shift_lanes_i & ~shift_dirs_i;
        right = {Lanes{shift_i}} & shift_lanes_i & shift_dirs_i;
      end
      if (Guard != 0) begin
        if (shift_i && slip_i != '0) begin
          for (int unsigned l = 0; l < Lanes; l++) begin
            left_twice[l]  = left[l] && slip_i[2*l+:2] == 2'd1;
            right_twice[l] = right[l] && slip_i[2*l+:2] == 2'd1;
            if (slip_i[2*l+:2] == 2'd3) begin
              left[l]  = 1'b0;
              right[l] = 1'b0;
            end
          end
        end
      end
    end

    // What would leave the wire. Ports are not at its ends, so what they do makes no difference.
    always_comb begin
      pushed_out = 1'b0;
      if (shift_i) begin
        pushed_out = ((row_q[Lanes-1:0] & left) | (row_q[RowSites-1:RowSites-Lanes] & right) |
                      (row_q[2*Lanes-1:Lanes] & left_twice) | (row_q[RowSites-Lanes-1:RowSites-2*Lanes] & right_twice)) != '0;
      end
    end

    function automatic logic [RowSites-1:0] acted(input logic [RowSites-1:0] sites);
      acted = sites;
      for (int unsigned p = 0; p <= S; p++) begin
        acted[(Overhead+p*(D+1))*Lanes+:Lanes] =
            (sites[(Overhead+p*(D+1))*Lanes+:Lanes] | inject_ports_i[p*Lanes+:Lanes]) & ~remove_ports_i[p*Lanes+:Lanes];
      end
    endfunction
    function automatic logic [RowSites-1:0] step(input logic [RowSites-1:0] sites, input logic [Lanes-1:0] to_left,
                                                 input logic [Lanes-1:0] to_right);
      step = sites;
      if (to_left == '1) begin
        step = sites >> Lanes;
      end else if (to_right == '1) begin
        step = sites << Lanes;
      end else begin
        if (to_left != '0) step = (step & ~{Sites{to_left}}) | ((sites >> Lanes) & {Sites{to_left}});
        if (to_right != '0) step = (step & ~{Sites{to_right}}) | ((sites << Lanes) & {Sites{to_right}});
      end
    endfunction

    logic twice;
    assign twice = Guard != 0 && (left_twice | right_twice) != '0;
    always_ff @(posedge clk_i) begin
      if (enable_i && !pushed_out) begin
        if (shift_i && twice) begin
          row_q <= step(step(acted(row_q), left, right), left_twice, right_twice);
        end else if (shift_i && acts) begin
          row_q <= step(acted(row_q), left, right);
        end else if (shift_i) begin
          row_q <= step(row_q, left, right);
        end else if (acts) begin
          row_q <= acted(row_q);
        end
      end
    end
    assign bad_ports = 1'b0;
    assign occupied  = 1'b0;
    assign moved_o   = '0;
  end else begin : g_skyrmions
    logic [RowSites-1:0] row;
    assign row = sites_q[row_i];
    always_comb begin
      sense_o = '0;
      if (look_i || acts) begin
        for (int unsigned p = 0; p <= S; p++) begin
          for (int unsigned l = 0; l < Lanes; l++) sense_o[p*Lanes+l] = row[l*Sites+Overhead+p*(D+1)];
        end
      end
    end

    if (Guard != 0) begin : g_guard
      always_comb begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          guard_first_o[l]  = row[l*Sites+GuardPort];
          guard_second_o[l] = row[l*Sites+GuardPort+1];
        end
      end
    end else begin : g_no_guard
      assign guard_first_o  = '0;
      assign guard_second_o = '0;
    end

    // The row after the pulse.
    logic [RowSites-1:0] pulsed;

    // The range that a shift moves; of a row with several lanes always the whole wire.
    logic from_wire, to_wire, whole;
    logic [SiteWidth-1:0] start_site, end_site, first_site, last_site;
    assign from_wire  = shift_start_i >= WireEnd;
    assign to_wire    = shift_end_i >= WireEnd;
    assign whole      = (from_wire && to_wire) || Lanes > 1;
    assign start_site = {{(SiteWidth - PortWidth) {1'b0}}, shift_start_i};
    assign end_site   = {{(SiteWidth - PortWidth) {1'b0}}, shift_end_i};
    assign first_site = from_wire ? '0 : First + start_site * Step;
    assign last_site  = to_wire ? Last : First + end_site * Step;
    logic [Sites-1:0] range;
    always_comb begin
      range = '0;
      if (shift_i) range = ({Sites{1'b1}} << first_site) & ({Sites{1'b1}} >> (Last - last_site));
    end

    // The sites of the lanes that move at all, and of those that move twice.
    logic [RowSites-1:0] moves, moves_twice;
    if (Guard != 0) begin : g_slips
      always_comb begin
        moves       = '0;
        moves_twice = '0;
        if (shift_i) begin
          for (int unsigned l = 0; l < Lanes; l++) begin
            moves[l*Sites+:Sites]       = {Sites{shift_lanes_i[l] && slip_i[2*l+:2] != 2'd3}};
            moves_twice[l*Sites+:Sites] = {Sites{shift_lanes_i[l] && slip_i[2*l+:2] == 2'd1}};
          end
        end
      end
    end else begin : g_no_slips
      assign moves       = {RowSites{1'b1}};
      assign moves_twice = '0;
    end

    // A step of the whole wire, or of a range of it; whether a site at its end loses a skyrmion.
    function automatic logic [RowSites-1:0] next(input logic [RowSites-1:0] sites, input logic dir);
      next = (dir == Left) ? (sites & ~FirstSites) >> 1 : (sites & ~LastSites) << 1;
    endfunction
    function automatic logic [Sites-1:0] next_in_lane(input logic [Sites-1:0] sites, input logic dir);
      next_in_lane = (dir == Left) ? sites >> 1 : sites << 1;
    endfunction
    function automatic logic at_end(input logic [RowSites-1:0] sites, input logic dir);
      at_end = (sites & ((dir == Left) ? FirstSites : LastSites)) != '0;
    endfunction

    always_comb begin
      pulsed     = row;
      pushed_out = 1'b0;
      if (shift_i && whole) begin
        pulsed     = (row & ~moves) | (next(row, shift_dir_i) & moves);
        pushed_out = at_end(row & moves, shift_dir_i);
        if (Guard != 0 && moves_twice != '0) begin
          pushed_out = pushed_out || at_end(pulsed & moves_twice, shift_dir_i);
          pulsed     = (pulsed & ~moves_twice) | (next(pulsed, shift_dir_i) & moves_twice);
        end
      end else if (shift_i) begin  // part of the only lane
        pulsed[Sites-1:0] = (row[Sites-1:0] & ~range) | (next_in_lane(row[Sites-1:0] & range, shift_dir_i) & range);
        pushed_out        = (row[Sites-1:0] & (OneSite << ((shift_dir_i == Left) ? first_site : last_site))) != '0;
      end else if (acts) begin
        for (int unsigned p = 0; p <= S; p++) begin
          for (int unsigned l = 0; l < Lanes; l++) begin
            if (inject_ports_i[p*Lanes+l]) pulsed[l*Sites+Overhead+p*(D+1)] = 1'b1;
            else if (remove_ports_i[p*Lanes+l]) pulsed[l*Sites+Overhead+p*(D+1)] = 1'b0;
          end
        end
      end
    end

    assign bad_ports = !from_wire && !to_wire && shift_start_i >= shift_end_i;
    assign occupied  = (inject_ports_i & sense_o) != '0;

    always_ff @(posedge clk_i) begin
      if (enable_i && err_o == 2'd0) begin
        if (shift_i || acts) sites_q[row_i] <= pulsed;
      end
    end

    always_comb begin
      moved_o = '0;
      if (weigh_i && shift_i) begin
        for (int unsigned i = 0; i < RowSites; i++) begin
          if (row[i] && (whole || range[i%Sites]) && (Guard == 0 || shift_lanes_i[i/Sites])) moved_o = moved_o + 32'd1;
        end
      end
    end
  end

  always_comb begin
    err_o = 2'd0;
    if (shift_i) begin
      if (bad_ports) err_o = 2'd3;
      else if (pushed_out) err_o = 2'd1;
    end else if (occupied) begin
      err_o = 2'd2;
    end
  end

`ifndef SYNTHESIS
  initial begin
    if (Overhead < D) $fatal(1, "Overhead is %0d, expected at least D = %0d", Overhead, D);
    if (DomainWall == 0 && (FreeLanes != 0 || Start != 0)) $fatal(1, "FreeLanes and Start need DomainWall");
    if (DomainWall != 0 && Rows != 1) $fatal(1, "Rows is %0d, expected 1 with DomainWall", Rows);
  end

  // Invariant 1: a shift conserves skyrmions. Looked at only when a pulse has happened. (Where acts share its cycle the
  // proof has to do.)
  logic shifted_q = 1'b0;
  logic [RowWidth-1:0] shifted_row_q = '0;
  int skyrmions_q = 0;
  always_ff @(posedge clk_i) begin
    shifted_q <= enable_i && shift_i && err_o == 2'd0 && DomainWall == 0;
    if (shift_i && DomainWall == 0) begin
      shifted_row_q <= row_i;
      skyrmions_q   <= $countones(sites_q[row_i]);
    end
    if (shifted_q) begin
      ShiftKeepsSkyrmions : assert ($countones(sites_q[shifted_row_q]) == skyrmions_q)
        else $error("assertion failed: %m: a shift lost or made skyrmions in row %0d", shifted_row_q);
    end
    OneKindOfPulse : assert (DomainWall != 0 || !(shift_i && (remove_ports_i | inject_ports_i) != '0))
      else $error("assertion failed: %m: shift and remove or inject in one cycle");
    RemoveOrInject : assert ((remove_ports_i & inject_ports_i) == '0)
      else $error("assertion failed: %m: remove and inject at the same port in one cycle");
  end
`endif

endmodule
