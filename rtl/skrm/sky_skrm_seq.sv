// Bank sequencer: takes one command, or several that share a pass, through the pass and answers them.
//
// Pass        a READ, WRITE naive or DCW, or ERASE of a word-based row walks past every site; several of them share
//             one walk. FNW is a walk that reads and one that writes the better polarity; SCAN a walk that compares
//             and may stop early; PW and PW+FNW permute one segment. A bit-interleaved row goes to its site by the
//             nearest port. Home policy: back to head offset 0; stay policy: rest where the pass ended.
// Slot        what is done next follows from the state alone (decide): at one alignment detect, remove, inject;
//             a slot in which no port acts is left out. At most max_ports_driven ports of a track act in one pulse,
//             the rest in further ones. A pulse happens in the last cycle of its slot.
// Around it   one cycle for each command that joins the pass, one more to find that none does (coalesce), one for
//             each response beat. An operation that takes no time still takes a cycle.
//
// Guard       a check follows each burst of shifts, at most eight, and comes before the next act: a track one site off
//             is put right by one step, a row with a track two sites off is given up.
//
// The head offset, like the tracks, is non-volatile, and so is how far a permutation or a walk of one segment has
// come: after a reset in the middle of a pass the sequencer first brings home what cannot rest where it is.
// Equals sysc/model/{bank,pulse_sequencer}.hpp. Cost: about 2 * Width * S flip-flops of data.
`include "sky_assert.svh"

module sky_skrm_seq #(
  parameter int unsigned D        = 64,
  parameter int unsigned S        = 32,
  parameter int unsigned Lanes    = 1,   // tracks of a row; 1: word-based
  parameter int unsigned FlagSite = 0,
  parameter int unsigned Rows     = 16,  // of this bank
  parameter int unsigned Guard    = 0,   // 1: positions are checked after every burst of shifts
  localparam int unsigned Depth       = D + FlagSite,
  localparam int unsigned RowWidth    = (Rows > 1) ? $clog2(Rows) : 1,
  localparam int unsigned PortWidth   = $clog2(S + 2),
  localparam int unsigned OffsetWidth = $clog2(Depth + 1) + 1,  // two's complement
  localparam int unsigned Ports       = (S + 1) * Lanes,
  localparam int unsigned Beats       = (Lanes == 1) ? 1 : Lanes / 64,
  localparam int unsigned Words       = (S * Beats < 2) ? 2 : S * Beats,
  localparam int unsigned MaxMembers  = 32
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  sky_skrm_pkg::cycles_t   cycles_i,  // stable out of reset
  input  sky_skrm_pkg::policy_t   policy_i,

  // Commands. take_i: this bank, at rest, is given the command in this cycle; join_i: while it gathers.
  output logic                    at_rest_o,
  output logic                    gathers_o,
  input  logic                    take_i,
  input  logic                    join_i,
  input  logic                    wait_i,    // one could join, but another bank takes a command in this cycle
  input  sky_skrm_pkg::request_t  request_i,
  input  logic [RowWidth-1:0]     request_row_i,  // within this bank
  input  logic [Words*64-1:0]     data_i,
  output logic [31:0]             pass_row_o,
  output logic [7:0]              pass_site_o,
  output logic [63:0]             pass_all_o,
  output logic [63:0]             pass_changed_o,

  output logic                    rsp_valid_o,
  input  logic                    rsp_taken_i,
  output logic [15:0]             rsp_tag_o,
  output sky_skrm_pkg::status_e   rsp_status_o,
  output logic                    rsp_last_o,
  output logic [63:0]             rsp_word_o,

  // Head offsets are kept outside: of the row named by row_o, and of the row of the command.
  output logic [RowWidth-1:0]     row_o,
  input  logic [OffsetWidth-1:0]  offset_i,
  input  logic [OffsetWidth-1:0]  request_offset_i,
  output logic [OffsetWidth-1:0]  offset_o,
  output logic                    offset_write_o,

  output logic                    shift_o,
  output logic                    shift_dir_o,
  output logic [Lanes-1:0]        shift_lanes_o,
  output logic [PortWidth-1:0]    shift_start_o,
  output logic [PortWidth-1:0]    shift_end_o,
  output logic [Ports-1:0]        detect_ports_o,  // for the statistics; the track always shows its ports
  output logic [Ports-1:0]        remove_ports_o,
  output logic [Ports-1:0]        inject_ports_o,
  input  logic [Ports-1:0]        sense_i,
  input  logic [2*Lanes-1:0]      position_error_i,  // of each track, from its sky_position_guard

  // For the statistics.
  output sky_skrm_pkg::stat_e     cause_o,        // of a cycle that is not spent at rest
  output logic                    begin_pass_o,
  output logic                    recover_o,
  output logic                    scan_stop_o,
  output logic                    check_o,
  output logic                    correct_o,      // the shift puts right what a check has found
  output logic                    lost_o,         // the row is two sites off, nobody knows which way
  output logic                    done_o,         // done_request_o has its last beat taken
  output sky_skrm_pkg::request_t  done_request_o
);

  import sky_skrm_pkg::*;

  localparam bit WordBased = Lanes == 1;
  localparam int unsigned NewSites  = WordBased ? D : 1;      // sites of a segment that a pass writes
  localparam int unsigned SeenSites = WordBased ? Depth : 1;  // and senses
  localparam int unsigned SegWidth  = (S > 1) ? $clog2(S) : 1;
  localparam int unsigned MemberWidth = $clog2(MaxMembers);
  localparam int unsigned StockWidth = $clog2(Depth + 2);
  localparam logic [PortWidth-1:0] WireEnd = PortWidth'(S + 1);
  localparam logic [OffsetWidth-1:0] End = OffsetWidth'(Depth);

  typedef enum logic [2:0] {
    Idle,
    Gather,   // others may join the pass
    Pass,     // and, when it is over, its answers
    Recover,
    Answer    // of a command without a pass
  } state_e;
  typedef enum logic [2:0] {
    Walk,
    Flip,
    Scan,
    Permute,
    Point
  } kind_e;
  // Part of a pass; what has been done where the head is now; what is being done.
  typedef enum logic [2:0] {
    Position,
    Sense,
    Act,
    Return,
    Assemble,
    Rebuild,
    Surplus
  } leg_e;
  typedef enum logic [1:0] {
    Arrived,
    Sensed,
    Removed,
    Done
  } phase_e;
  typedef enum logic [2:0] {
    SlotEnd,
    SlotShift,
    SlotDetect,
    SlotRemove,
    SlotOverlap,
    SlotInject,
    SlotCheck,
    SlotCorrect
  } slot_e;
  typedef logic [S-1:0][Lanes-1:0] acts_t;  // one bit for each segment and track
  typedef acts_t [NewSites-1:0] new_bits_t;

  // ---- State
  state_e state_d, state_q;
  kind_e kind_q;
  leg_e leg_d, leg_q;
  phase_e phase_d, phase_q;
  logic outbound_d, outbound_q;
  logic acted_d, acted_q;            // the leg that acts is over
  logic [8:0] cycle_d, cycle_q;      // of the slot
  logic [OffsetWidth-1:0] goal_d, goal_q;
  logic right_port_d, right_port_q;  // the port to the right of each segment stands over the site
  logic picks_polarity_q;
  logic one_segment_q;               // a walk that moves one segment alone
  logic [7:0] site_q;
  logic [31:0] pass_row_q;
  logic [S-1:0] sense_q, compare_q, rewrite_q, erase_q;
  logic [D-1:0] low_key_q, high_key_q;
  new_bits_t new_q;                     // by the site where they go: what all ports need at once
  acts_t seen_q [SeenSites];            // sensed, by site
  acts_t sensed_q;                      // what the last detect saw
  acts_t removed_q, injected_q;         // that have acted in the slots of this site
  logic [S-1:0] flips_q;
  logic [S-1:0] below_low_q, equal_low_q, below_high_q, equal_high_q;

  logic [Lanes-1:0] ahead_d, ahead_q, behind_d, behind_q;  // tracks to be put right
  logic failed_d, failed_q;                                // the pass was given up

  request_t members_q [MaxMembers];
  logic [MemberWidth:0] count_q;
  logic [MemberWidth-1:0] member_d, member_q;  // that is answered
  logic [63:0] segments_left_d, segments_left_q;
  logic [2:0] beat_d, beat_q;

  // Non-volatile.
  logic [RowWidth-1:0] row_q;
  logic [SegWidth-1:0] segment_q;        // of a permutation, or of the walk that moves one segment
  logic [StockWidth-1:0] steps_d, steps_q;  // how far that segment is from its place
  logic [StockWidth-1:0] stock_d, stock_q;  // skyrmions pushed out of it, to the left of its port
  logic port_full_d, port_full_q;        // a surplus skyrmion stands under its port
  logic [3:0] burst_d, burst_q;          // shifts since the position was known
  initial begin
    burst_q     = '0;
    row_q       = '0;
    segment_q   = '0;
    steps_q     = '0;
    stock_q     = '0;
    port_full_q = 1'b0;
  end

  logic [OffsetWidth-1:0] offset, offset_d, position;
  assign offset   = offset_i;
  assign position = one_segment_q ? OffsetWidth'(steps_q) : offset;

  logic home, on_segment, away;
  assign home       = !policy_i.stay;
  assign on_segment = leg_q == Assemble || leg_q == Rebuild || leg_q == Surplus;
  assign away       = steps_q != '0 || stock_q != '0 || port_full_q || burst_q != '0 || (home && offset != '0);

  logic [S-1:0] segments;
  assign segments = sense_q | compare_q | rewrite_q | erase_q;

  function automatic acts_t spread(input logic [S-1:0] mask);
    acts_t all;
    if (WordBased) return (S * Lanes)'(mask);
    for (int unsigned g = 0; g < S; g++) all[g] = {Lanes{mask[g]}};
    return all;
  endfunction
  function automatic logic [SegWidth-1:0] lowest_segment(input logic [S-1:0] mask);
    return SegWidth'(lowest(64'(mask)));
  endfunction
  function automatic logic [31:0] ones(input logic [S-1:0] mask);
    return 32'($unsigned($countones(mask)));
  endfunction

  // ---- New bits. Bit 0 of a flagged segment is its flag.
  function automatic acts_t target(input logic [7:0] bit_index);
    if (!WordBased) return new_q[0];
    if (FlagSite == 0) return new_q[$clog2(D)'(bit_index)];
    if (bit_index == 8'd0) return spread(flips_q);
    return new_q[$clog2(D)'(bit_index-8'd1)] ^ spread(flips_q);
  endfunction

  localparam int unsigned SeenIndexWidth = (SeenSites > 1) ? $clog2(SeenSites) : 1;
  logic [7:0] bit_index;  // of the site under the ports
  logic [SeenIndexWidth-1:0] seen_index;
  acts_t wanted, seen_here;
  assign bit_index  = 8'(Depth) - 8'(position);
  assign seen_index = WordBased ? SeenIndexWidth'(bit_index) : '0;
  assign wanted     = (state_q == Pass) ? target(bit_index) : '0;
  assign seen_here  = seen_q[seen_index];

  // ---- What the ports still have to do here: first removes (and overlapped injects), then injects.
  acts_t removes, injects, late_injects, first_removes, first_injects, last_injects;
  logic overlaps, detects;
  always_comb begin
    removes      = '0;
    injects      = '0;
    late_injects = '0;
    detects      = 1'b0;
    if (state_q == Pass && !on_segment) begin
      if (leg_q == Sense) detects = 1'b1;
      if (leg_q == Return && !(kind_q == Point)) late_injects = spread(rewrite_q) & wanted;
      if (leg_q == Act) begin
        unique case (kind_q)
          Scan: detects = 1'b1;
          Flip: begin
            removes = spread(sense_q) & seen_here & ~wanted;
            injects = spread(sense_q) & wanted & ~seen_here;
          end
          default: begin
            detects      = (sense_q | compare_q) != '0;
            removes      = spread(rewrite_q | erase_q) | (spread(compare_q) & sensed_q & ~wanted);
            injects      = spread(compare_q) & wanted & ~sensed_q;
            // Home, naive injects on the way back, from the site where the pass turns.
            if (kind_q == Point || !home || position == goal_q) late_injects = spread(rewrite_q) & wanted;
          end
        endcase
      end
    end
    overlaps      = policy_i.overlap && removes != '0 && injects != '0;
    first_removes = removes & ~removed_q;
    first_injects = overlaps ? injects & ~injected_q : '0;
    last_injects  = (injects | late_injects) & ~injected_q;
  end

  // ---- The next slot
  slot_e slot, unguarded;
  logic found;  // of a permutation: the last detect saw a skyrmion
  assign found = sensed_q[segment_q][0];
  always_comb begin
    unguarded = SlotEnd;
    if (state_q == Recover && (steps_q != '0 || stock_q != '0 || port_full_q)) begin
      if (steps_q != '0) unguarded = SlotShift;
      else unguarded = port_full_q ? SlotRemove : SlotShift;
    end else if (state_q == Recover) begin
      if (home && offset != '0) unguarded = SlotShift;
    end else if (state_q == Pass) begin
      unique case (leg_q)
        Assemble: unguarded = (phase_q == Arrived) ? SlotDetect : SlotShift;
        Rebuild:  unguarded = (phase_q == Removed) ? SlotInject : SlotShift;
        Surplus: begin
          if (port_full_q) unguarded = SlotRemove;
          else if (stock_q != '0) unguarded = SlotShift;
        end
        default: begin
          if (phase_q == Arrived && detects) unguarded = SlotDetect;
          else if (phase_q <= Sensed && (first_removes | first_injects) != '0) begin
            unguarded = overlaps ? SlotOverlap : SlotRemove;
          end else if (phase_q <= Removed && last_injects != '0) unguarded = SlotInject;
          else if (position != goal_q || (leg_q == Act && home && position != '0)) unguarded = SlotShift;
        end
      endcase
    end
  end

  // A check follows each burst and comes before the next act; what it finds is put right first.
  always_comb begin
    slot = unguarded;
    if (Guard != 0 && (state_q == Pass || state_q == Recover)) begin
      if (failed_q) slot = SlotEnd;
      else if ((ahead_q | behind_q) != '0) slot = SlotCorrect;
      else if (burst_q == 4'd8 || (burst_q != 4'd0 && unguarded != SlotShift)) slot = SlotCheck;
    end
  end

  logic [7:0] slot_time;  // 0: takes no time on the device, and one cycle here
  logic [8:0] slot_cycles;
  logic slot_ends;
  always_comb begin
    unique case (slot)
      SlotDetect, SlotCheck: slot_time = cycles_i.detect;
      SlotRemove: slot_time = cycles_i.remove;
      SlotInject: slot_time = cycles_i.inject;
      SlotOverlap: slot_time = (cycles_i.remove > cycles_i.inject) ? cycles_i.remove : cycles_i.inject;
      default: slot_time = cycles_i.shift;
    endcase
    slot_cycles = {1'b0, slot_time};
    if (slot == SlotShift || slot == SlotCorrect) slot_cycles = {1'b0, cycles_i.shift} + {1'b0, cycles_i.relax};
    slot_ends = slot != SlotEnd && (cycle_q + 9'd1 >= slot_cycles);
  end

  // ---- Pulses: of each track the lowest max_ports_driven ports that have to act.
  acts_t pulse_removes, pulse_injects;
  logic [6:0] driven;
  always_comb begin
    driven        = '0;
    pulse_removes = '0;
    pulse_injects = '0;
    if (slot_ends) begin
      if (slot == SlotRemove || slot == SlotOverlap) begin
        pulse_removes = first_removes;
        pulse_injects = first_injects;
      end
      if (slot == SlotInject) pulse_injects = last_injects;
      if (on_segment || state_q == Recover) begin
        pulse_removes = '0;
        pulse_injects = '0;
        pulse_removes[segment_q][0] = slot == SlotRemove;
        pulse_injects[segment_q][0] = slot == SlotInject;
      end else if (ones(segments) > 32'(policy_i.max_ports_driven)) begin
        for (int unsigned l = 0; l < Lanes; l++) begin
          driven = '0;
          for (int unsigned g = 0; g < S; g++) begin
            if (pulse_removes[g][l] || pulse_injects[g][l]) begin
              if (driven == policy_i.max_ports_driven) begin
                pulse_removes[g][l] = 1'b0;
                pulse_injects[g][l] = 1'b0;
              end else begin
                driven = driven + 7'd1;
              end
            end
          end
        end
      end
    end
  end

  function automatic logic [Ports-1:0] at_ports(input acts_t acts);
    logic [Ports-1:0] ports;
    ports = '0;
    ports[S*Lanes-1:0] = acts;
    return right_port_q ? ports << Lanes : ports;
  endfunction
  acts_t under_ports;
  assign under_ports = right_port_q ? sense_i[Ports-1:Lanes] : sense_i[S*Lanes-1:0];

  logic detect_ends, shift_ends;
  assign check_o   = slot == SlotCheck && slot_ends;
  assign correct_o = slot == SlotCorrect && slot_ends;
  assign detect_ends = slot == SlotDetect && slot_ends;
  assign shift_ends  = slot == SlotShift && slot_ends;

  logic [S-1:0] detecting;
  always_comb begin
    detecting = sense_q;
    if (leg_q == Act && (kind_q == Walk || kind_q == Point)) detecting = sense_q | compare_q;
  end
  assign detect_ports_o = detect_ends ? at_ports(spread(detecting)) : '0;
  assign remove_ports_o = at_ports(pulse_removes);
  assign inject_ports_o = at_ports(pulse_injects);

  // ---- Shifts
  logic takes, wants;  // of a permutation: the skyrmion comes from the stock; the next site wants one
  logic [7:0] next_bit;
  acts_t wanted_next;
  assign next_bit = 8'(Depth) + 8'd1 - 8'(steps_q);
  always_comb begin
    wants       = 1'b0;
    wanted_next = '0;
    if (state_q == Pass && leg_q == Rebuild && steps_q >= StockWidth'(2)) begin
      wanted_next = target(next_bit);
      wants       = wanted_next[segment_q][0];
    end
    // The last step leaves the port empty.
    takes = stock_q != '0 && (wants || state_q == Recover) && steps_q >= StockWidth'(2);
  end

  logic returns, leftwards, moves_segment;
  assign returns = state_q == Recover || (leg_q == Act && position == goal_q) || leg_q == Return;
  always_comb begin
    leftwards = $signed(goal_q) > $signed(position);
    if (returns) leftwards = position[OffsetWidth-1];  // to 0
    if (on_segment && state_q == Pass) leftwards = leg_q == Assemble;
    // A permutation, or what a reset left of it or of a walk of one segment.
    moves_segment = on_segment && state_q == Pass;
    if (state_q == Recover) moves_segment = steps_q != '0 || stock_q != '0;
    if (moves_segment && state_q == Recover) leftwards = 1'b0;
  end

  logic [PortWidth-1:0] left_port;
  assign left_port   = PortWidth'(segment_q);
  assign shift_o     = shift_ends || correct_o;
  assign shift_dir_o = correct_o ? ahead_q != '0 : !leftwards;
  always_comb begin
    shift_lanes_o = {Lanes{1'b1}};
    if (Guard != 0 && correct_o) shift_lanes_o = (ahead_q != '0) ? ahead_q : behind_q;
  end
  always_comb begin
    shift_start_o = WireEnd;
    shift_end_o   = WireEnd;
    if (moves_segment && !correct_o) begin
      if (leg_q == Assemble && state_q == Pass) begin
        if (!found) shift_start_o = left_port;
        shift_end_o = left_port + 1'b1;
      end else if (steps_q != '0) begin
        if (!takes) shift_start_o = left_port;
        shift_end_o = left_port + 1'b1;
      end else begin
        shift_end_o = left_port;
      end
    end else if (one_segment_q && state_q == Pass) begin
      shift_start_o = left_port;
      shift_end_o   = left_port + 1'b1;
    end
  end

  // ---- Where a pass begins
  kind_e new_kind;
  logic [S-1:0] new_mask;
  assign new_mask = request_i.cmd.seg_mask[S-1:0];
  always_comb begin
    new_kind = WordBased ? Walk : Point;
    if (request_i.cmd.op == OpScan) new_kind = Scan;
    if (request_i.cmd.op == OpWrite && request_i.alg == AlgFnw) new_kind = Flip;
    if (request_i.cmd.op == OpWrite && (request_i.alg == AlgPw || request_i.alg == AlgPwFnw)) new_kind = Permute;
  end
  logic takes_pass, begins, begins_now;
  assign takes_pass = take_i && request_i.status == StatusOk && request_i.cmd.op != OpBarrier;
  assign begins_now = takes_pass && !(policy_i.scheduler == SchedCoalesce && (new_kind == Walk || new_kind == Point));
  assign begins     = begins_now || (state_q == Gather && !join_i && !wait_i);

  // The first leg, of the pass as it is known in this cycle.
  kind_e begun_kind;
  logic [S-1:0] begun_moves, begun_segments;
  logic [7:0] begun_site;
  logic begun_alone;
  logic [OffsetWidth-1:0] begun_offset;
  assign begun_kind   = begins_now ? new_kind : kind_q;
  assign begun_site   = begins_now ? request_i.cmd.site : site_q;
  assign begun_offset = begins_now ? request_offset_i : offset;
  always_comb begin
    begun_segments = segments;
    begun_moves    = (sense_q | compare_q) == '0 ? rewrite_q | erase_q : '0;
    if (begins_now) begin
      begun_segments = new_mask;
      begun_moves    = (request_i.cmd.op == OpErase ||
                        (request_i.cmd.op == OpWrite && request_i.alg == AlgNaive)) ? new_mask : '0;
    end
    begun_alone = begun_kind == Walk && home && Guard == 0 && begun_moves != '0 && (begun_moves & (begun_moves - 1'b1)) == '0;
  end

  logic [OffsetWidth-1:0] point_goal;
  logic point_right;
  if (WordBased) begin : g_no_planner
    assign point_goal  = '0;
    assign point_right = 1'b0;
  end else begin : g_planner
    localparam int unsigned SiteWidth = $clog2(D);
    sky_shift_planner #(
      .D(D)
    ) u_planner (
      .offset_i    (begun_offset),
      .site_i      (begun_site[SiteWidth-1:0]),
      .left_only_i (1'b0),
      .dir_o       (),
      .distance_o  (),
      .right_port_o(point_right),
      .offset_o    (point_goal)
    );
  end

  // Where the legs that walk go: from here to the other end.
  function automatic leg_e first_leg(input kind_e kind);
    if (kind == Permute) return Assemble;
    return (kind == Flip) ? Sense : Act;
  endfunction
  function automatic phase_e first_phase(input leg_e leg, input logic [OffsetWidth-1:0] from);
    if (leg == Assemble) return Sensed;
    return (from == '0) ? Done : Arrived;
  endfunction

  // ---- What the end of a slot changes
  logic decided;  // every port of a SCAN
  logic [S-1:0] scan_equal_low, scan_equal_high, scan_below_low, scan_below_high;
  logic [S-1:0] seen_bits, differ_low, differ_high;
  always_comb begin
    scan_equal_low  = equal_low_q;
    scan_equal_high = equal_high_q;
    scan_below_low  = below_low_q;
    scan_below_high = below_high_q;
    seen_bits       = '0;
    differ_low      = '0;
    differ_high     = '0;
    if (WordBased && kind_q == Scan && detect_ends) begin
      seen_bits       = S'(under_ports);
      differ_low      = sense_q & (seen_bits ^ {S{low_key_q[$clog2(D)'(bit_index)]}});
      differ_high     = sense_q & (seen_bits ^ {S{high_key_q[$clog2(D)'(bit_index)]}});
      scan_equal_low  = equal_low_q & ~differ_low;
      scan_equal_high = equal_high_q & ~differ_high;
      // On the way out the first difference decides, on the way back the last.
      if (outbound_q) begin
        differ_low  = differ_low & equal_low_q;
        differ_high = differ_high & equal_high_q;
      end
      scan_below_low  = (below_low_q & ~differ_low) | (differ_low & ~seen_bits);
      scan_below_high = (below_high_q & ~differ_high) | (differ_high & ~seen_bits);
    end
    decided = kind_q == Scan && (scan_equal_low | scan_equal_high) == '0;
  end
  assign scan_stop_o = detect_ends && decided && outbound_q && position != End;

  // Of each track: 1 ahead, 3 behind, 2 lost.
  logic [Lanes-1:0] ahead, behind, off;
  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      ahead[l]  = position_error_i[2*l+:2] == 2'd1;
      behind[l] = position_error_i[2*l+:2] == 2'd3;
      off[l]    = position_error_i[2*l+:2] == 2'd2;
    end
  end
  assign lost_o = Guard != 0 && check_o && off != '0;

  logic begin_rebuild, begin_flip;  // the polarity is chosen
  always_comb begin
    state_d       = state_q;
    leg_d         = leg_q;
    phase_d       = phase_q;
    outbound_d    = outbound_q;
    acted_d       = acted_q;
    goal_d        = goal_q;
    right_port_d  = right_port_q;
    offset_d      = offset;
    steps_d       = steps_q;
    stock_d       = stock_q;
    port_full_d   = port_full_q;
    burst_d       = burst_q;
    ahead_d       = ahead_q;
    behind_d      = behind_q;
    failed_d      = failed_q;
    cycle_d       = (slot == SlotEnd || slot_ends) ? 9'd0 : cycle_q + 9'd1;
    begin_rebuild = 1'b0;
    begin_flip    = 1'b0;
    recover_o     = 1'b0;

    unique case (state_q)
      Idle: begin
        if (away) begin
          recover_o = 1'b1;
          state_d   = Recover;
        end else if (take_i) begin
          state_d = takes_pass ? (begins_now ? Pass : Gather) : Answer;
        end
      end
      Gather: if (begins) state_d = Pass;
      default: ;
    endcase

    if (take_i) failed_d = 1'b0;
    if (begins) begin
      leg_d        = first_leg(begun_kind);
      acted_d      = 1'b0;
      right_port_d = 1'b0;
      outbound_d   = begun_offset == '0;
      goal_d       = (begun_offset == '0) ? End : '0;
      phase_d      = first_phase(leg_d, begun_offset);
      if (!WordBased) begin
        goal_d       = point_goal;
        right_port_d = point_right;
        phase_d      = (begun_offset == point_goal) ? Arrived : Done;
      end else if (begun_offset != '0 && (begun_offset != End || begun_kind == Permute)) begin
        // After an early stop, or before a permutation: first to the nearer end.
        leg_d   = Position;
        phase_d = Done;
        goal_d  = (begun_kind != Permute && begun_offset > End - begun_offset) ? End : '0;
      end
    end

    if (slot_ends) begin
      unique case (slot)
        SlotDetect: begin
          phase_d = Sensed;
          if (scan_stop_o) goal_d = position;
          if (leg_q == Sense && position == goal_q) begin
            // FNW has read the row. Home: back, then write; else write on the way back.
            phase_d    = Done;
            leg_d      = Return;
            outbound_d = 1'b0;
            goal_d     = '0;
            if (!home) begin
              leg_d      = Act;
              phase_d    = Sensed;
              begin_flip = 1'b1;
            end
          end
        end
        SlotRemove, SlotOverlap: port_full_d = 1'b0;
        SlotInject: if (leg_q == Rebuild) phase_d = Done;
        SlotShift: begin
          if (moves_segment) begin
            if (leg_q == Assemble && state_q == Pass) begin
              steps_d = steps_q + 1'b1;
              if (found) stock_d = stock_q + 1'b1;
              phase_d = Arrived;
              if (steps_q == StockWidth'(Depth)) begin
                leg_d         = Rebuild;
                phase_d       = Done;
                begin_rebuild = 1'b1;
              end
            end else if (steps_q != '0) begin
              steps_d = steps_q - 1'b1;
              if (takes) stock_d = stock_q - 1'b1;
              phase_d = (wants && !takes) ? Removed : Done;
              if (steps_d == '0) leg_d = Surplus;
            end else begin
              stock_d     = stock_q - 1'b1;
              port_full_d = 1'b1;
            end
          end else begin
            if (one_segment_q && state_q == Pass) begin
              steps_d = leftwards ? steps_q + 1'b1 : steps_q - 1'b1;
            end else begin
              offset_d = leftwards ? offset + 1'b1 : offset - 1'b1;
              if (Guard != 0) burst_d = burst_q + 4'd1;
            end
          end
        end
        SlotCheck: begin
          ahead_d  = lost_o ? '0 : ahead;
          behind_d = lost_o ? '0 : behind;
          if (lost_o || (ahead | behind) == '0) burst_d = 4'd0;
          if (lost_o) begin
            offset_d = '0;
            failed_d = state_q == Pass;
          end
        end
        SlotCorrect: begin
          if (ahead_q != '0) ahead_d = '0;
          else behind_d = '0;
          burst_d = 4'd1;
        end
        default: ;
      endcase

      if (slot == SlotShift && !moves_segment && state_q == Pass) begin
        logic [OffsetWidth-1:0] here;
        here = one_segment_q ? OffsetWidth'(steps_d) : offset_d;
        if (returns && leg_q == Act) begin
          leg_d      = Return;
          outbound_d = 1'b0;
          acted_d    = 1'b1;
          goal_d     = '0;
        end
        if (leg_q == Return) goal_d = '0;
        unique case (leg_d)
          Position: begin
            phase_d = Done;
            if (here == goal_q) begin
              leg_d      = first_leg(kind_q);
              outbound_d = here == '0;
              goal_d     = (here == '0) ? End : '0;
              phase_d    = first_phase(leg_d, here);
            end
          end
          Return: begin
            phase_d = (here == '0 || kind_q == Point) ? Done : Arrived;
            if (here == '0 && !acted_d) begin  // FNW: now write
              leg_d      = Act;
              outbound_d = 1'b1;
              goal_d     = End;
              begin_flip = 1'b1;
            end
          end
          default: begin  // Sense, Act
            phase_d = (here == '0) ? Done : Arrived;
            if (kind_q == Point) phase_d = (here == goal_q) ? Arrived : Done;
          end
        endcase
        if (leg_q == Sense && here == '0) begin
          // Stay policy, read on the way in: FNW writes on the way out.
          leg_d      = Act;
          outbound_d = 1'b1;
          goal_d     = End;
          begin_flip = 1'b1;
        end
      end
      if (state_q == Recover && steps_d == '0 && stock_d == '0 && !port_full_d && burst_d == 4'd0 &&
          !(home && offset_d != '0)) begin
        state_d = Idle;
      end
    end
  end
  logic ends;  // the last answer is taken
  assign ends = rsp_taken_i && rsp_last_o && 32'(member_q) + 32'd1 == 32'(count_q);

  // ---- Answers
  logic answers;
  request_t answered;
  logic [SegWidth-1:0] answered_segment;
  logic [63:0] answered_word;
  assign answers = state_q == Answer || (state_q == Pass && slot == SlotEnd);
  always_comb begin
    answered = members_q[member_q];
    if (failed_q) answered.status = StatusPositionLost;
  end
  assign answered_segment = lowest_segment(segments_left_q[S-1:0]);
  if (WordBased) begin : g_answered_site
    always_comb begin
      answered_word = '0;
      if (answers && reads) begin
        for (int unsigned b = 0; b < D; b++) answered_word[b] = seen_q[b+FlagSite][answered_segment][0];
        if (FlagSite != 0 && seen_q[0][answered_segment][0]) answered_word[D-1:0] = ~answered_word[D-1:0];
      end
    end
  end else begin : g_answered_lanes
    assign answered_word = (answers && reads) ? seen_q[0][answered_segment][32'(beat_q)*64+:64] : '0;
  end

  logic reads, last_beat, last_of_segment;
  assign reads           = answered.status == StatusOk && answered.cmd.op == OpRead;
  assign last_of_segment = 32'(beat_q) == Beats - 1;
  always_comb begin
    last_beat = 1'b1;
    if (reads) last_beat = last_of_segment && (segments_left_q & (segments_left_q - 64'd1)) == 64'd0;
    else if (answered.status == StatusOk && answered.cmd.op == OpScan) last_beat = beat_q == 3'd3;
  end
  always_comb begin
    rsp_valid_o  = answers;
    rsp_tag_o    = '0;
    rsp_status_o = StatusOk;
    rsp_last_o   = 1'b0;
    rsp_word_o   = '0;
    if (answers) begin
      rsp_tag_o    = answered.cmd.tag;
      rsp_status_o = answered.status;
      rsp_last_o   = last_beat;
      if (reads) begin
        rsp_word_o = answered_word;
      end else if (answered.status == StatusOk && answered.cmd.op == OpScan) begin
        unique case (beat_q[1:0])
          2'd0:    rsp_word_o[S-1:0] = below_low_q;
          2'd1:    rsp_word_o[S-1:0] = equal_low_q;
          2'd2:    rsp_word_o[S-1:0] = below_high_q;
          default: rsp_word_o[S-1:0] = equal_high_q;
        endcase
      end
    end
  end

  always_comb begin
    member_d        = member_q;
    beat_d          = beat_q;
    segments_left_d = segments_left_q;
    if (rsp_taken_i) begin
      beat_d = beat_q + 3'd1;
      if (reads && last_of_segment) begin
        beat_d          = 3'd0;
        segments_left_d = segments_left_q & (segments_left_q - 64'd1);
      end
      if (rsp_last_o) begin
        beat_d          = 3'd0;
        member_d        = member_q + 1'b1;
        segments_left_d = members_q[member_q+1'b1].cmd.seg_mask;
      end
    end
    if (take_i) begin
      member_d        = '0;
      beat_d          = 3'd0;
      segments_left_d = request_i.cmd.seg_mask;
    end
  end
  assign done_o         = rsp_taken_i && rsp_last_o;
  assign done_request_o = answered;

  // ---- Registers
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q         <= Idle;
      cycle_q         <= '0;
      member_q        <= '0;
      beat_q          <= '0;
      segments_left_q <= '0;
      count_q         <= '0;
      leg_q           <= Position;
      phase_q         <= Done;
      outbound_q      <= 1'b0;
      acted_q         <= 1'b0;
      goal_q          <= '0;
      right_port_q    <= 1'b0;
      ahead_q         <= '0;
      behind_q        <= '0;
      failed_q        <= 1'b0;
      one_segment_q   <= 1'b0;
    end else begin
      state_q         <= ends ? Idle : state_d;
      cycle_q         <= cycle_d;
      member_q        <= member_d;
      beat_q          <= beat_d;
      segments_left_q <= segments_left_d;
      leg_q           <= leg_d;
      phase_q         <= phase_d;
      outbound_q      <= outbound_d;
      acted_q         <= acted_d;
      goal_q          <= goal_d;
      right_port_q    <= right_port_d;
      ahead_q         <= ahead_d;
      behind_q        <= behind_d;
      failed_q        <= failed_d;
      if (take_i) count_q <= (MemberWidth + 1)'(1);
      else if (join_i) count_q <= count_q + 1'b1;
      if (begins) one_segment_q <= begun_alone;
    end
  end

  always_ff @(posedge clk_i) begin
    if (take_i) members_q[0] <= request_i;
    else if (join_i) members_q[count_q[MemberWidth-1:0]] <= request_i;
  end

  // The pass.
  logic [S-1:0] new_sense, new_compare, new_rewrite, new_erase;
  always_comb begin
    new_sense   = '0;
    new_compare = '0;
    new_rewrite = '0;
    new_erase   = '0;
    unique case (request_i.cmd.op)
      OpRead, OpScan: new_sense = new_mask;
      OpErase: new_erase = new_mask;
      OpWrite: begin
        if (request_i.alg == AlgNaive) new_rewrite = new_mask;
        else if (request_i.alg == AlgDcw) new_compare = new_mask;
        else new_sense = new_mask;
      end
      default: ;
    endcase
  end
  logic writes;
  new_bits_t new_d;  // the data of the WRITE that is taken or joins, beside those of the others
  assign writes = (takes_pass || join_i) && request_i.cmd.op == OpWrite;
  always_comb begin
    new_d = '0;
    if (writes) begin
      new_d = new_q;
      for (int unsigned g = 0; g < S; g++) begin
        if (new_mask[g] && !WordBased) new_d[0][g] = data_i[g*Beats*64+:Lanes];
        for (int unsigned b = 0; b < D; b++) if (new_mask[g] && WordBased) new_d[b][g][0] = data_i[g*64+b];
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (takes_pass) begin
      kind_q           <= new_kind;
      picks_polarity_q <= request_i.alg == AlgPwFnw;
      site_q           <= request_i.cmd.site;
      pass_row_q       <= request_i.cmd.row;
      sense_q          <= new_sense;
      compare_q        <= new_compare;
      rewrite_q        <= new_rewrite;
      erase_q          <= new_erase;
      low_key_q        <= data_i[D-1:0];
      high_key_q       <= data_i[64+D-1:64];
    end else if (join_i) begin
      sense_q   <= sense_q | new_sense;
      compare_q <= compare_q | new_compare;
      rewrite_q <= rewrite_q | new_rewrite;
      erase_q   <= erase_q | new_erase;
    end
    if (writes) new_q <= new_d;
  end

  // What was sensed.
  always_ff @(posedge clk_i) begin
    if (detect_ends) begin
      sensed_q <= under_ports;
      if (!on_segment) seen_q[seen_index] <= under_ports;
    end
    if (begins && begun_kind == Permute) sensed_q <= '0;
    if (state_q == Pass && leg_q == Position) sensed_q <= '0;
  end

  always_ff @(posedge clk_i) begin
    if (takes_pass) begin
      below_low_q  <= '0;
      below_high_q <= '0;
      equal_low_q  <= new_mask;
      equal_high_q <= new_mask;
    end else if (detect_ends) begin
      below_low_q  <= scan_below_low;
      below_high_q <= scan_below_high;
      equal_low_q  <= scan_equal_low;
      equal_high_q <= scan_equal_high;
    end
  end

  always_ff @(posedge clk_i) begin
    if (begins || shift_ends || leg_d != leg_q) begin
      removed_q  <= '0;
      injected_q <= '0;
    end else begin
      removed_q  <= removed_q | pulse_removes;
      injected_q <= injected_q | pulse_injects;
    end
  end

  // The better polarity: fewer injects, then fewer removes, then plain.
  always_ff @(posedge clk_i) begin
    if (takes_pass) flips_q <= '0;
    if (FlagSite != 0 && WordBased && begin_flip) begin
      for (int unsigned g = 0; g < S; g++) flips_q[g] <= sense_q[g] && flip_is_better(g);
    end
    if (FlagSite != 0 && begin_rebuild) flips_q[segment_q] <= picks_polarity_q && rebuild_flips();
  end
  function automatic logic [31:0] rank(input logic [15:0] injections, input logic [15:0] removals);
    return {injections, removals};
  endfunction
  function automatic logic flip_is_better(input int unsigned g);
    logic [Depth-1:0] old, plain, flipped;
    for (int unsigned b = 0; b < Depth; b++) begin
      old[b]   = seen_q[b][g][0];
      plain[b] = b != 0 && new_q[b-1][g][0];
    end
    // The last detect ends the walk and is not in seen_q yet.
    if (detect_ends) old[$clog2(Depth)'(bit_index)] = under_ports[g][0];
    flipped = ~plain;
    return rank(16'($unsigned($countones(flipped & ~old))), 16'($unsigned($countones(old & ~flipped)))) <
           rank(16'($unsigned($countones(plain & ~old))), 16'($unsigned($countones(old & ~plain))));
  endfunction
  function automatic logic rebuild_flips();
    logic [15:0] old, plain, flipped;
    old     = 16'(stock_d);
    plain   = 16'd0;
    for (int unsigned b = 0; b < D; b++) plain = plain + 16'(new_q[b][segment_q][0]);
    flipped = 16'(D) + 16'd1 - plain;
    return rank((flipped > old) ? flipped - old : 16'd0, (old > flipped) ? old - flipped : 16'd0) <
           rank((plain > old) ? plain - old : 16'd0, (old > plain) ? old - plain : 16'd0);
  endfunction

  // Non-volatile.
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      if (take_i && takes_pass) row_q <= request_row_i;
      if (begins) segment_q <= lowest_segment(begun_segments);
      steps_q     <= steps_d;
      stock_q     <= stock_d;
      port_full_q <= port_full_d;
      burst_q     <= burst_d;
    end
  end
  assign row_o          = row_q;
  assign offset_o       = offset_d;
  assign offset_write_o = offset_d != offset;

  assign at_rest_o      = state_q == Idle && !away;
  assign gathers_o      = state_q == Gather && 32'(count_q) < MaxMembers;
  assign pass_row_o     = pass_row_q;
  assign pass_site_o    = site_q;
  assign pass_all_o     = 64'(segments);
  logic [S-1:0] changed;
  assign changed        = compare_q | rewrite_q | erase_q;
  assign pass_changed_o = 64'(changed);
  assign begin_pass_o   = begins;

  always_comb begin
    cause_o = StatCyclesDispatch;
    if (answers) cause_o = rsp_taken_i ? StatCyclesRespond : StatCyclesRespondWait;
    else if (state_q == Pass || state_q == Recover) begin
      unique case (slot)
        SlotCheck:   cause_o = StatCyclesCheck;
        SlotShift, SlotCorrect: cause_o = (cycle_q < {1'b0, cycles_i.shift}) ? StatCyclesShift : StatCyclesRelax;
        SlotDetect:  cause_o = StatCyclesDetect;
        SlotRemove:  cause_o = StatCyclesRemove;
        SlotOverlap: cause_o = StatCyclesOverlap;
        default:     cause_o = StatCyclesInject;
      endcase
      if (slot_time == 8'd0) cause_o = StatCyclesSettle;
    end
  end

  `SKY_ASSERT(HomeWhenAnswering, answers && home |-> offset == '0 && steps_q == '0)
  `SKY_ASSERT(NothingInStockWhenAnswering, answers |-> stock_q == '0 && !port_full_q)
  `SKY_ASSERT(ResponseWaitsUnchanged,
              rsp_valid_o && !rsp_taken_i |=> rsp_valid_o && $stable(rsp_word_o) && $stable(rsp_tag_o) &&
              $stable(rsp_status_o) && $stable(rsp_last_o))
  `SKY_ASSERT(TakenOnlyAtRest, take_i |-> at_rest_o)
  `SKY_ASSERT(JoinedOnlyWhileGathering, join_i |-> gathers_o)

endmodule
